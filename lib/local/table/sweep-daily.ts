import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalTable } from './local-table.ts';

const DAY_MS = 86_400_000;

/** Deletes what has expired when a day has passed since the last time: dynalite has no TTL. */
export async function sweepDaily(folder: string, table: Omit<LocalTable, 'close'>, signal: AbortSignal): Promise<void> {
  const mark = join(folder, 'swept');
  const last = await stat(mark).then(
    (found) => found.mtimeMs,
    () => 0,
  );
  if (Date.now() - last < DAY_MS) return;
  // Once a day somebody needs the SDK, which would be a third of a host's memory.
  const { sweep } = await import('./sweep.ts');
  await sweep(table, Math.floor(Date.now() / 1000), signal);
  if (!signal.aborted) await writeFile(mark, '');
}
