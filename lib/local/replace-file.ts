import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whether a file is there, or nothing yet: a device such as /dev/stdout, or a link, stays what it is. */
export function isReplaced(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

/**
 * Replaces a file at once, brought to the disk before: who reads it meanwhile sees the old one or the new one, and a failure leaves the old
 * one and no draft. What is not replaced is written to where it is. `mode` is that of a new file, before the umask.
 */
export async function replaceFile(path: string, text: string, mode = 0o666): Promise<void> {
  if (!isReplaced(path)) return writeFile(path, text);
  // Not by its ending: whoever serves or collects the files of the folder leaves the draft alone.
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.new`);
  try {
    await writeFile(draft, text, { mode, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
