import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, TransientError } from '../../errors.ts';
import { type Hold, holdTable } from './hold.ts';
import { describeLocalTable, type LocalTable } from './local-table.ts';
import { LOG_NAME, spawnHost } from './spawn-host.ts';
import { readState } from './state-file.ts';
import type { TableState } from './table-state.ts';

const POLL_MS = 40;
/** Polls before giving up: about 20 seconds. */
const MAX_POLLS = 500;

interface Connection {
  readonly state: TableState;
  readonly hold: Hold;
}

/**
 * The table that is kept in `folder`, which several processes may use at once. LevelDB is for one process at a time, so the
 * table lives in a small host process: the running one, or a new one that goes a few seconds after its last client. Should it
 * die, its clients start another one at the same place. What was acknowledged outlives the death of any process.
 */
export async function openLocalTable(folder: string, table: string): Promise<LocalTable> {
  const place = resolve(folder);
  const closing = new AbortController();
  let connection = await connect(place, table, closing.signal);

  const isClosed = (): boolean => closing.signal.aborted;
  const reconnect = async (): Promise<void> => {
    if (isClosed()) return;
    connection = await connect(place, table, closing.signal);
    if (isClosed()) connection.hold.release();
    else watch();
  };
  const watch = (): void => {
    // A host that can not be started again shows in the next request.
    connection.hold.onLost(() => void reconnect().catch(() => {}));
  };
  watch();

  return {
    ...describeLocalTable(table, connection.state.port, connection.state.accessKeyId),
    close: async () => {
      closing.abort();
      connection.hold.release();
    },
  };
}

async function connect(folder: string, table: string, signal: AbortSignal): Promise<Connection> {
  try {
    return await findOrSpawn(folder, table, signal);
  } catch (error) {
    // The file system refused: no space, no permission, not a folder.
    if (error instanceof Error && 'syscall' in error) throw notStarted(folder, error);
    throw error;
  }
}

async function findOrSpawn(folder: string, table: string, signal: AbortSignal): Promise<Connection> {
  let host: ChildProcess | undefined;
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const connection = await connectToRunning(folder, table);
    if (connection !== undefined) return connection;
    if (host !== undefined && (host.exitCode ?? 0) !== 0) throw notStarted(folder);
    // One that ended well found another host at work, which may have been one that was just going.
    if (host === undefined || hasEnded(host)) host = await spawnHost(folder, table);
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new TransientError(
    'TABLE_UNREACHABLE',
    `the process that keeps the table in ${folder} does not answer; see ${LOG_NAME} there`,
  );
}

function hasEnded(host: ChildProcess): boolean {
  return host.exitCode !== null || host.signalCode !== null;
}

async function connectToRunning(folder: string, table: string): Promise<Connection | undefined> {
  const state = await readState(folder);
  const hold = state && (await holdTable(state));
  if (state === undefined || hold === undefined) return undefined;
  if (state.table === table) return { state, hold };
  hold.release();
  throw new ConfigError('TABLE_NOT_FOUND', `${folder} keeps the table ${state.table}, not ${table}; use a state folder for each`);
}

function notStarted(folder: string, cause?: unknown): ConfigError {
  const advice = `see ${LOG_NAME} there; removing the folder loses history, never backups`;
  return new ConfigError('TABLE_NOT_STARTED', `the table in ${folder} can not be opened: ${advice}`, { cause });
}
