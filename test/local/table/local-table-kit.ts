import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { openRunStore } from '../../../lib/dynamodb/run-store.ts';
import { TransientError } from '../../../lib/errors.ts';
import type { LocalTable } from '../../../lib/local/table/local-table.ts';
import { openLocalTable } from '../../../lib/local/table/open.ts';
import { readState } from '../../../lib/local/table/state-file.ts';
import type { TableState } from '../../../lib/local/table/table-state.ts';

/** By the true clock, as the host sweeps what has expired by it. */
export const LEASE_MS = 600_000;

const CLIENT = fileURLToPath(new URL('./client-process.ts', import.meta.url));

/** A state folder of one test, removed after it once its host has gone. */
export async function makeFolder(test: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'flotilla-table-'));
  const folder = join(parent, 'state');
  test.onTestFinished(async () => {
    await hostGone(folder);
    await rm(parent, { recursive: true, force: true });
  });
  return folder;
}

export async function openTable(test: TestContext, folder: string): Promise<LocalTable> {
  const table = await openLocalTable(folder, 'flotilla');
  test.onTestFinished(() => table.close());
  return table;
}

/** Locks a group for `owner`, for longer than a test lasts; its fence, or who holds it. Tries again while the table can not be reached. */
export async function lock(table: LocalTable, name: string, owner: string): Promise<number | string> {
  const store = openRunStore({ table: table.name, environment: table.environment });
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await store.acquireLock({ target: 'target', group: { namespace: '', name } }, owner, Date.now(), LEASE_MS);
      return 'lock' in answer ? answer.lock.fence : answer.heldBy;
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === 5) throw error;
    }
  }
}

export interface ClientProcess {
  readonly child: ChildProcess;
  /** The next line that it prints, read as JSON. */
  answer(): Promise<unknown>;
  ask(name: string): Promise<unknown>;
}

export function startClient(test: TestContext, folder: string, owner: string): ClientProcess {
  const child = spawn(process.execPath, [CLIENT, folder, owner], { stdio: ['pipe', 'pipe', 'inherit'] });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value } = await lines.next();
    return JSON.parse(value ?? '"ended"');
  };
  return {
    child,
    answer,
    ask: (name) => {
      child.stdin.write(`${name}\n`);
      return answer();
    },
  };
}

export async function hostOf(folder: string): Promise<TableState> {
  const state = await readState(folder);
  if (state === undefined) throw new Error(`no host in ${folder}`);
  return state;
}

/** Resolves when no process serves the folder's table any more. */
export async function hostGone(folder: string): Promise<void> {
  for (;;) {
    const state = await readState(folder).catch(() => undefined);
    if (state === undefined || !isRunning(state.pid)) return;
    await sleep(50);
  }
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
