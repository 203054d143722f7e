import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.ts';
import type { TableState } from './table-state.ts';

/** `undefined` when there is none, or nothing that can be read: then a host is needed, and it writes a new one. */
export async function readState(folder: string): Promise<TableState | undefined> {
  const text = await readText(fileOf(folder));
  if (text === undefined) return undefined;
  // A host finds one only where another host died, and zod is half of what it would load while a command waits for it.
  const { parseState } = await import('./table-state.ts');
  return parseState(text);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Only the host writes it. */
export async function writeState(folder: string, state: TableState): Promise<void> {
  await replaceFile(fileOf(folder), `${JSON.stringify(state)}\n`, { mode: 0o600, soleWriter: true });
}

export async function removeState(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true });
}

function fileOf(folder: string): string {
  return join(folder, 'table.json');
}
