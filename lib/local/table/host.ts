import { randomUUID } from 'node:crypto';
import { countClients } from './clients.ts';
import { describeLocalTable } from './local-table.ts';
import { serveTable } from './server.ts';
import { readState, removeState, writeState } from './state-file.ts';
import { lockFolder, prepareStore } from './store-folder.ts';
import { sweepDaily } from './sweep-daily.ts';

/** How long a host waits for its first client, and for the next one after its last one has gone. */
const START_MS = 15_000;
const LINGER_MS = 2_000;

/** Hands out what makes the host stop as soon as nobody holds the table. */
export type OnStop = (stop: () => void) => void;

/**
 * Serves the folder's table to all processes of this machine until none of them uses it any more. Returns at once when
 * another process serves it.
 */
export async function hostTable(folder: string, table: string, onStop: OnStop): Promise<void> {
  const unlock = await lockFolder(folder);
  if (unlock === undefined) return;
  try {
    await serveUntilUnused(folder, table, onStop);
  } finally {
    await unlock();
  }
}

/** Takes the port and the key of a host that died, so that its clients find the table again. */
async function serveUntilUnused(folder: string, table: string, onStop: OnStop): Promise<void> {
  const path = await prepareStore(folder, table);
  const died = await readState(folder);
  const accessKeyId = died?.accessKeyId ?? randomUUID();
  const clients = countClients();
  const port = died === undefined ? {} : { port: died.port };
  const server = await serveTable({ path, accessKeyId, answer: (...exchange) => clients.answer(...exchange), ...port });
  await writeState(folder, { pid: process.pid, port: server.port, accessKeyId, table });

  onStop(() => clients.hurry());
  const ending = new AbortController();
  const swept = sweepDaily(folder, describeLocalTable(table, server.port, accessKeyId), ending.signal);
  // A sweep that fails must not end the host while it is in use: its error comes last.
  const settled = Promise.allSettled([swept]);
  await clients.gone(START_MS, LINGER_MS);
  await removeState(folder);
  ending.abort();
  await settled;
  await server.close();
  await swept;
}
