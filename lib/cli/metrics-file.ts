import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';
import { replaceFile } from '../local/replace-file.ts';

/** Proves before a run of hours that its metrics will have a place. Throws a `ConfigError` METRICS_UNWRITABLE. */
export async function checkMetricsFile(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/**
 * Replaces the file at once, so that node_exporter reads the old one or the new one. Anyone may read it, since node_exporter runs as a
 * user of its own. Throws a `ConfigError` METRICS_UNWRITABLE.
 */
export async function writeMetricsFile(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text, 0o644);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): ConfigError {
  const message = `the metrics cannot be written to ${file}; give --metrics a file in a folder that this user may write to`;
  return new ConfigError('METRICS_UNWRITABLE', message, { cause });
}
