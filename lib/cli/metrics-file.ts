import { constants } from 'node:fs';
import { access, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../errors.ts';

/** Proves before a run of hours that its metrics will have a place. Throws a `ConfigError` METRICS_UNWRITABLE. */
export async function checkMetricsFile(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/**
 * Replaces the file at once, so that node_exporter reads the old one or the new one: it looks at whatever ends with `.prom`, which the
 * draft does not. Anyone may read it, since node_exporter runs as a user of its own. Throws a `ConfigError` METRICS_UNWRITABLE.
 */
export async function writeMetricsFile(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${String(process.pid)}.new`);
  try {
    await writeFile(draft, text, { mode: 0o644 });
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): ConfigError {
  const message = `the metrics cannot be written to ${file}; give --metrics a file in a folder that this user may write to`;
  return new ConfigError('METRICS_UNWRITABLE', message, { cause });
}
