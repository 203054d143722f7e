import {
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import { isErrno } from './errno.ts';
import { besideName, fits, keyToNames, requireStorable } from './object-path.ts';
import { S3Error } from './s3-error.ts';

export interface FoundFile {
  readonly path: string;
  readonly stats: BigIntStats;
}

/** Keys as files below one folder, which is given without symbolic links. All of it is synchronous: a step is atomic in this process. */
export class BucketFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = realpathSync.native(folder);
  }

  /** The file of a key, or `undefined`. Symbolic links are not followed: they may lead out of the folder. */
  find(key: string): FoundFile | undefined {
    const names = keyToNames(key);
    if (!fits(names)) return undefined;
    const plain = this.statFile(path.join(this.folder, ...names));
    const found = plain ?? this.statFile(this.besidePath(names));
    if (found === undefined) return undefined;
    return isFolder(path.dirname(found.path)) ? found : undefined;
  }

  /** An open file of a key, or `undefined`; the caller closes it. */
  open(key: string): (FoundFile & { readonly fd: number }) | undefined {
    const found = this.find(key);
    if (found === undefined) return undefined;
    try {
      const fd = openSync(found.path, constants.O_RDONLY | constants.O_NOFOLLOW);
      return { fd, path: found.path, stats: fstatSync(fd, { bigint: true }) };
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /**
   * Moves the file `from` to where `key` is kept, whole or not at all. With `onlyIfAbsent` an object that is there is left alone,
   * even if another process wrote it a moment ago: then the answer is false.
   */
  place(key: string, from: string, onlyIfAbsent: boolean): boolean {
    const names = keyToNames(key);
    requireStorable(key, names);
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.makeParent(names);
        return moveFile(from, this.targetPath(names), onlyIfAbsent);
      } catch (error) {
        // Another process on the same folder may have taken away an empty parent, or put something in our place.
        if (attempt >= 5 || !isErrno(error, 'ENOENT', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
      }
    }
  }

  /** Removes a key's file, and the folders that it leaves empty. */
  remove(found: FoundFile): void {
    rmSync(found.path, { force: true });
    for (let at = path.dirname(found.path); at !== this.folder; at = path.dirname(at)) {
      try {
        rmdirSync(at);
      } catch (error) {
        if (isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return;
        throw error;
      }
    }
  }

  private besidePath(names: readonly string[]): string {
    return path.join(this.folder, ...names.slice(0, -1), besideName(names.at(-1) ?? ''));
  }

  private statFile(file: string): FoundFile | undefined {
    try {
      const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
      return stats?.isFile() === true ? { path: file, stats } : undefined;
    } catch (error) {
      if (isErrno(error, 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
      throw error;
    }
  }

  /** The plain path, unless a folder has it or the object already stands beside one. */
  private targetPath(names: readonly string[]): string {
    const plain = path.join(this.folder, ...names);
    const stats = lstatSync(plain, { throwIfNoEntry: false });
    if (stats?.isFile() === true) return plain;
    const beside = this.besidePath(names);
    if (stats === undefined) return this.statFile(beside) === undefined ? plain : beside;
    if (!stats.isDirectory()) throw linkInTheWay(plain);
    requireStorable(names.join('/'), [besideName(names.at(-1) ?? '')]);
    return beside;
  }

  private makeParent(names: readonly string[]): void {
    const parent = path.join(this.folder, ...names.slice(0, -1));
    if (isFolder(parent)) return;
    let at = this.folder;
    for (const name of names.slice(0, -1)) {
      const next = path.join(at, name);
      const stats = lstatSync(next, { throwIfNoEntry: false });
      if (stats?.isFile() === true) {
        requireStorable(names.join('/'), [besideName(name)]);
        renameSync(next, path.join(at, besideName(name)));
      } else if (stats !== undefined && !stats.isDirectory()) {
        throw linkInTheWay(next);
      }
      mkdirSync(next, { recursive: true });
      at = next;
    }
  }
}

/** Whether this is a folder reached without symbolic links. */
function isFolder(folder: string): boolean {
  try {
    return realpathSync.native(folder) === folder && lstatSync(folder).isDirectory();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

function moveFile(from: string, to: string, onlyIfAbsent: boolean): boolean {
  if (!onlyIfAbsent) {
    renameSync(from, to);
    return true;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
  rmSync(from);
  return true;
}

function linkInTheWay(file: string): S3Error {
  return new S3Error('AccessDenied', `Access Denied: ${path.basename(file)} is neither a file nor a folder, and is not followed`);
}
