import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import path from 'node:path';
import { isErrno } from './errno.ts';
import { compareKeys } from './key-order.ts';
import { fileToComponent, nameToComponent } from './object-path.ts';

/** What of a bucket to go through: keys that begin with `prefix` and come after `after`. */
export interface WalkRange {
  readonly prefix: string;
  readonly after: string;
  /** With '/', folders below the prefix are yielded as such and not entered. */
  readonly delimiter?: string;
}

/** An object and its file, or with `file` absent a common prefix. */
export interface WalkEntry {
  readonly key: string;
  readonly file?: string;
}

interface Entry {
  readonly folder: boolean;
  readonly name: string;
  /** The key, or for a folder the beginning of its keys, which ends in a slash. */
  readonly key: string;
}

/** Goes through a bucket's keys in byte order, reading only the folders that may hold one of the range. */
export function* walk(folder: string, range: WalkRange, base = ''): Generator<WalkEntry> {
  for (const entry of readEntries(folder, base, range)) {
    const child = path.join(folder, entry.name);
    if (!entry.folder) yield { key: entry.key, file: child };
    else if (!isRolledUp(entry.key, range)) yield* walk(child, range, entry.key);
    else if (holdsObject(child, range, entry.key)) yield { key: entry.key };
  }
}

function isRolledUp(key: string, range: WalkRange): boolean {
  return range.delimiter === '/' && key.length > range.prefix.length && key.startsWith(range.prefix);
}

/** Empty folders are no keys. */
function holdsObject(folder: string, range: WalkRange, base: string): boolean {
  const inside = walk(folder, { prefix: range.prefix, after: range.after }, base);
  return inside.next().done !== true;
}

function readEntries(folder: string, base: string, range: WalkRange): Entry[] {
  const entries: Entry[] = [];
  const objects = new Set<string>();
  for (const found of readFolder(folder)) {
    const entry = toEntry(found, base);
    if (entry === undefined || !mayHold(entry, range)) continue;
    if (!entry.folder) {
      // An object both at its plain name and beside a folder is one object.
      if (objects.has(entry.key)) continue;
      objects.add(entry.key);
    }
    entries.push(entry);
  }
  return entries.sort((a, b) => compareKeys(a.key, b.key));
}

function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Deleted since its parent was read.
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function toEntry(found: Dirent, base: string): Entry | undefined {
  const { name } = found;
  if (found.isDirectory()) {
    const component = nameToComponent(name);
    return component === undefined ? undefined : { folder: true, name, key: `${base}${component}/` };
  }
  if (!found.isFile()) return undefined;
  const component = fileToComponent(name);
  return component === undefined ? undefined : { folder: false, name, key: `${base}${component}` };
}

function mayHold(entry: Entry, range: WalkRange): boolean {
  if (!entry.folder) return entry.key.startsWith(range.prefix) && compareKeys(entry.key, range.after) > 0;
  if (!entry.key.startsWith(range.prefix) && !range.prefix.startsWith(entry.key)) return false;
  return range.after.startsWith(entry.key) || compareKeys(entry.key, range.after) > 0;
}
