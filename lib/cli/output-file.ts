import { constants, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';
import { isReplaced, replaceFile } from '../local/replace-file.ts';

/** A flag that names a file, for others to read what is written there. */
type OutputFlag = '--json' | '--metrics' | '--html';

/** Proves before a run of hours that what it will write has a place. Throws a `ConfigError` OUTPUT_UNWRITABLE. */
export async function checkOutput(flag: OutputFlag, file: string): Promise<void> {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a folder');
    if (isReplaced(file)) await access(dirname(file), constants.W_OK | constants.X_OK);
    else await access(file, constants.W_OK);
  } catch (cause) {
    throw unwritable(flag, file, cause);
  }
}

/**
 * Replaces the file at once, so that a reader has the old one or the new one. Anyone may read it, as node_exporter and web servers have
 * users of their own. Throws a `ConfigError` OUTPUT_UNWRITABLE.
 */
export async function writeOutput(flag: OutputFlag, file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text, 0o644);
  } catch (cause) {
    throw unwritable(flag, file, cause);
  }
}

function unwritable(flag: OutputFlag, file: string, cause: unknown): ConfigError {
  const message = `nothing can be written to ${file}; give ${flag} a file in a folder that this user may write to`;
  return new ConfigError('OUTPUT_UNWRITABLE', message, { cause });
}
