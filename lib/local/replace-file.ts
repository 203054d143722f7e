import { randomUUID } from 'node:crypto';
import { chmod, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export interface Replacing {
  /** Before the umask; left out: that of the file that is there, and of a new one as others are made. */
  readonly mode?: number;
  /** Nobody else writes this file: the draft that a kill leaves is written over by the next one. */
  readonly soleWriter?: boolean;
}

/**
 * Replaces a file, or the one that a link leads to, at once, brought to the disk before: who reads it meanwhile sees the old one or the new
 * one, and a failure leaves the old one and no draft. What is no plain file, /dev/stdout among it, is written to as it is.
 */
export async function replaceFile(path: string, text: string, { mode, soleWriter = false }: Replacing = {}): Promise<void> {
  const there = await look(path);
  if (isStream(path, there)) return writeFile(path, text);
  const file = await leadsTo(path);
  // Not by its ending: whoever serves or collects the files of the folder leaves the draft alone.
  const draft = join(dirname(file), `.${basename(file)}${soleWriter ? '' : `.${randomUUID()}`}.new`);
  try {
    await writeFile(draft, text, { mode: mode ?? 0o666, flush: true });
    if (mode === undefined && there !== undefined) await chmod(draft, there.mode & 0o777);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** What is at a path, behind links; undefined: nothing. */
export async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The path behind all links, also where nothing is there yet. */
export async function leadsTo(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const link = await readlink(path).catch(() => undefined); // it is none, then
  return link === undefined ? path : leadsTo(resolve(dirname(path), link));
}

/** What /dev/stdout leads to may be a file, which the process goes on writing to. */
function isStream(path: string, there: Stats | undefined): boolean {
  return there !== undefined && (!there.isFile() || /^\/(dev|proc)\//.test(resolve(path)));
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
