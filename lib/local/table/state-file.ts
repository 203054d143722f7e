import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../replace-file.ts';

const TableStateSchema = z.object({
  pid: z.number(),
  port: z.number(),
  /** The access key id that requests must be signed with. */
  accessKeyId: z.string(),
  table: z.string(),
});

/** What `<folder>/table.json` says of the host that serves the folder's table, or of the one that died serving it. */
export type TableState = z.infer<typeof TableStateSchema>;

/** `undefined` when there is none, or nothing that can be read: then a host is needed, and it writes a new one. */
export async function readState(folder: string): Promise<TableState | undefined> {
  try {
    return TableStateSchema.parse(JSON.parse(await readFile(fileOf(folder), 'utf8')));
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Only the host writes it. */
export async function writeState(folder: string, state: TableState): Promise<void> {
  await replaceFile(fileOf(folder), `${JSON.stringify(state)}\n`, 0o600);
}

export async function removeState(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true });
}

function fileOf(folder: string): string {
  return join(folder, 'table.json');
}
