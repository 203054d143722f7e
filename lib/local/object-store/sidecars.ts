import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import { isErrno } from './errno.ts';
import { matchesFile } from './record.ts';
import type { ObjectRecord } from './record.ts';

interface Sidecar {
  readonly key: string;
  readonly records: readonly ObjectRecord[];
}

/** Records kept in memory; each is a few hundred bytes. */
const MAX_CACHED = 20_000;

/**
 * What is known of a bucket's objects beside their bytes, one small file an object, outside the bucket's folder. Files are named
 * by the key's SHA-256, so that no key can name a path. A sidecar may hold two records: the one of the object as it is and the one
 * of the object that is about to replace it.
 */
export class Sidecars {
  private readonly folder: string;
  private readonly scratch: () => string;
  private readonly cached = new Map<string, readonly ObjectRecord[]>();

  constructor(folder: string, scratch: () => string) {
    this.folder = folder;
    this.scratch = scratch;
  }

  /** The record that is true of this file, or `undefined`. */
  find(key: string, stats: BigIntStats): ObjectRecord | undefined {
    return pick(this.cached.get(key) ?? [], stats) ?? pick(this.load(key), stats);
  }

  /** Keeps `record`, and `previous` beside it until the next save. */
  save(key: string, record: ObjectRecord, previous?: ObjectRecord): void {
    const records = previous === undefined ? [record] : [record, previous];
    const scratch = this.scratch();
    writeFileSync(scratch, JSON.stringify({ key, records } satisfies Sidecar));
    const file = this.file(key);
    try {
      renameSync(scratch, file);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      mkdirSync(path.dirname(file), { recursive: true });
      renameSync(scratch, file);
    }
    this.remember(key, records);
  }

  /** Keeps a record found out by reading: in memory alone where the disk may not be written. */
  keep(key: string, record: ObjectRecord): void {
    this.remember(key, [record]);
    try {
      this.save(key, record);
    } catch (error) {
      if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    }
  }

  forget(key: string): void {
    this.cached.delete(key);
    rmSync(this.file(key), { force: true });
  }

  private load(key: string): readonly ObjectRecord[] {
    const records = readSidecar(this.file(key), key);
    this.remember(key, records);
    return records;
  }

  private remember(key: string, records: readonly ObjectRecord[]): void {
    this.cached.delete(key);
    this.cached.set(key, records);
    const oldest = this.cached.keys().next();
    if (this.cached.size > MAX_CACHED && oldest.done !== true) this.cached.delete(oldest.value);
  }

  private file(key: string): string {
    const name = createHash('sha256').update(key).digest('hex');
    return path.join(this.folder, name.slice(0, 2), `${name}.json`);
  }
}

function pick(records: readonly ObjectRecord[], stats: BigIntStats): ObjectRecord | undefined {
  return (
    records.find((record) => matchesFile(record, stats) === 'same') ??
    records.find((record) => matchesFile(record, stats) === 'copy')
  );
}

function readSidecar(file: string, key: string): readonly ObjectRecord[] {
  try {
    const sidecar = JSON.parse(readFileSync(file, 'utf8')) as Sidecar;
    return sidecar.key === key ? sidecar.records : [];
  } catch (error) {
    // What a sidecar cannot tell is found out again from the object itself.
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError) return [];
    throw error;
  }
}
