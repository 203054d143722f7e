import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { describeLocalTable } from './local-table.ts';
import { serveTable } from './server.ts';

/**
 * Makes this process the only host of the folder, until it ends however it ends: LevelDB locks a store for one process with
 * a lock of the operating system. `undefined` when another process has it.
 */
export async function lockFolder(folder: string): Promise<(() => Promise<void>) | undefined> {
  const lock = new Level(join(folder, 'lock'));
  try {
    await lock.open();
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw error;
  }
  return () => lock.close();
}

/**
 * The folder of the table's store, with the table in it. It is made aside and moved into place, since dynalite leaves a
 * table for ever unusable when it dies while creating it. Call with the folder locked. Throws when the store is damaged.
 */
export async function prepareStore(folder: string, table: string): Promise<string> {
  const path = join(folder, 'store');
  if (existsSync(path)) {
    await probe(path);
    return path;
  }
  const draft = join(folder, 'store.new');
  await rm(draft, { recursive: true, force: true });
  const accessKeyId = randomUUID();
  const server = await serveTable({ path: draft, accessKeyId });
  // Only who makes the table needs the SDK, which would be a third of a host's memory.
  const { createTable } = await import('./create-table.ts');
  await createTable(describeLocalTable(table, server.port, accessKeyId));
  await server.close();
  await rename(draft, path);
  return path;
}

/** dynalite does not say why a store can not be opened; LevelDB does. */
async function probe(path: string): Promise<void> {
  const store = new Level(path, { createIfMissing: false });
  await store.open();
  await store.close();
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}
