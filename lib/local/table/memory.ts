import { randomUUID } from 'node:crypto';
import { createTable } from './create-table.ts';
import { describeLocalTable, type LocalTable } from './local-table.ts';
import { serveTable } from './server.ts';

/** A table in this process's memory, behind a real endpoint on loopback: for tests and the demo. */
export async function openMemoryTable(name = 'flotilla'): Promise<LocalTable> {
  const accessKeyId = randomUUID();
  const server = await serveTable({ accessKeyId });
  const table = describeLocalTable(name, server.port, accessKeyId);
  await createTable(table);
  let closing: Promise<void> | undefined;
  return { ...table, close: () => (closing ??= server.close()) };
}
