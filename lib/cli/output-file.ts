import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { leadsTo, look, replaceFile } from '../local/replace-file.ts';

/** A flag that names a file, for others to read what is written there. */
type OutputFlag = '--json' | '--metrics' | '--html';

/** Anyone may read these, as node_exporter and web servers have users of their own; a report is as open as its owner made it. */
const MODES: Readonly<Partial<Record<OutputFlag, number>>> = { '--metrics': 0o644, '--html': 0o644 };

/** Nothing can be put in the place of a file in somebody else's folder, or of one that is mounted by itself. */
const IN_PLACE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EBUSY']);

/** Proves before a run of hours that what it will write has a place. Throws a `ConfigError` OUTPUT_UNWRITABLE. */
export async function checkOutput(flag: OutputFlag, file: string): Promise<void> {
  try {
    const there = await look(file);
    if (there?.isDirectory() === true) throw new Error('it is a folder');
    await tryPlace(file, there);
  } catch (cause) {
    throw unwritable(flag, file, cause);
  }
}

async function tryPlace(file: string, there: Stats | undefined): Promise<void> {
  if (there?.isFile() === false) return access(file, constants.W_OK);
  const folder = tryFolder(dirname(await leadsTo(file)));
  return there === undefined ? folder : folder.catch(() => tryFile(file));
}

async function tryFolder(folder: string): Promise<void> {
  const probe = join(folder, `.${randomUUID()}.new`);
  await writeFile(probe, '', { flag: 'wx' });
  await rm(probe);
}

async function tryFile(file: string): Promise<void> {
  const opened = await open(file, 'r+');
  await opened.close();
}

/**
 * Replaces the file at once, so that a reader has the old one or the new one; where nothing can take its place, writes into it. Throws a
 * `ConfigError` OUTPUT_UNWRITABLE.
 */
export async function writeOutput(flag: OutputFlag, file: string, text: string): Promise<void> {
  const mode = MODES[flag];
  try {
    await replaceFile(file, text, mode === undefined ? {} : { mode }).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && IN_PLACE.has(error.code))) throw error;
      await writeFile(file, text);
    });
  } catch (cause) {
    throw unwritable(flag, file, cause);
  }
}

function unwritable(flag: OutputFlag, file: string, cause: unknown): ConfigError {
  const message = `nothing can be written to ${file}; give ${flag} a file in a folder that this user may write to`;
  return new ConfigError('OUTPUT_UNWRITABLE', message, { cause });
}
