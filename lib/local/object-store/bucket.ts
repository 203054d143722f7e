import { closeSync, lstatSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { BucketFolder } from './bucket-folder.ts';
import type { FoundFile } from './bucket-folder.ts';
import { hashFile } from './file-bytes.ts';
import { describeFile } from './record.ts';
import type { ObjectDescription, ObjectRecord } from './record.ts';
import { S3Error, noSuchKey, preconditionFailed } from './s3-error.ts';
import { Sidecars } from './sidecars.ts';

export interface BucketOptions {
  readonly name: string;
  readonly folder: string;
  readonly readOnly: boolean;
  /** Where what is known of the objects beside their bytes is kept. */
  readonly sidecars: string;
  /** Names of files under way, on the file system of the folder. */
  readonly scratch: () => string;
}

/** An object open for reading; the caller closes `fd`. */
export interface OpenObject {
  readonly fd: number;
  readonly record: ObjectRecord;
}

/** Bytes ready to become an object: in memory, or in a file that is moved. */
export interface Staged {
  readonly content: { readonly bytes: readonly Buffer[] } | { readonly file: string };
  /** Without quotes. */
  readonly etag: string;
}

/** When to write or delete: only if nothing is there, or only if it has this ETag. */
export type WriteCondition =
  { readonly kind: 'absent' } | { readonly kind: 'etag'; readonly etag: string } | { readonly kind: 'none' };

/** The objects of one bucket. */
export class Bucket {
  readonly name: string;
  readonly readOnly: boolean;
  readonly files: BucketFolder;
  private readonly sidecars: Sidecars;
  private readonly scratch: () => string;

  constructor(options: BucketOptions) {
    this.name = options.name;
    this.readOnly = options.readOnly;
    this.files = new BucketFolder(options.folder);
    this.sidecars = new Sidecars(options.sidecars, options.scratch);
    this.scratch = options.scratch;
  }

  /** Opens an object as it is now; what is written later does not change what is read. */
  async open(key: string): Promise<OpenObject> {
    const found = this.files.open(key);
    if (found === undefined) throw noSuchKey(key);
    try {
      return { fd: found.fd, record: this.sidecars.find(key, found.stats) ?? (await this.readRecord(key, found)) };
    } catch (error) {
      closeSync(found.fd);
      throw error;
    }
  }

  /** What is known of an object, or `undefined` when there is none. An object that was dropped in is read once for its MD5. */
  async describe(key: string): Promise<ObjectRecord | undefined> {
    const found = this.files.find(key);
    if (found === undefined) return undefined;
    const known = this.sidecars.find(key, found.stats);
    if (known !== undefined) return known;
    const opened = this.files.open(key);
    if (opened === undefined) return undefined;
    try {
      return await this.readRecord(key, opened);
    } finally {
      closeSync(opened.fd);
    }
  }

  /** What is known already of the object in this file, which a walk found; `undefined` when that takes a closer look. */
  describeFile(key: string, file: string): ObjectRecord | undefined {
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() === true ? this.sidecars.find(key, stats) : undefined;
  }

  /** Makes the object visible, whole, if the condition holds; nothing in this process comes between the two. */
  async write(
    key: string,
    staged: Staged,
    options: { condition: WriteCondition; description: ObjectDescription },
  ): Promise<ObjectRecord> {
    this.requireWritable();
    await this.learn(key, options.condition);
    const previous = this.check(key, options.condition);
    const file = this.stage(staged);
    try {
      const record = { ...options.description, ...describeFile(statSync(file, { bigint: true })), etag: staged.etag };
      if (options.condition.kind === 'absent') this.placeNew(key, file, record);
      else this.placeOver(key, file, { record, previous });
      return record;
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  }

  private placeNew(key: string, file: string, record: ObjectRecord): void {
    if (!this.files.place(key, file, true)) throw preconditionFailed('If-None-Match');
    this.sidecars.save(key, record);
  }

  /** The sidecar goes first, with both records: whichever file a reader has open, and wherever a crash falls, one of them is true. */
  private placeOver(key: string, file: string, records: { record: ObjectRecord; previous: ObjectRecord | undefined }): void {
    this.sidecars.save(key, records.record, records.previous);
    this.files.place(key, file, false);
  }

  /** Deletes an object if the condition holds; without one, an object that is not there counts as deleted. */
  async remove(key: string, condition: WriteCondition): Promise<void> {
    this.requireWritable();
    await this.learn(key, condition);
    this.check(key, condition);
    const found = this.files.find(key);
    if (found === undefined) return;
    this.files.remove(found);
    this.sidecars.forget(key);
  }

  requireWritable(): void {
    if (this.readOnly) throw new S3Error('AccessDenied', `Access Denied: the bucket ${this.name} is served read-only`);
  }

  /** Throws if the condition does not hold, with S3's error for it. */
  check(key: string, condition: WriteCondition): ObjectRecord | undefined {
    const found = this.files.find(key);
    const current = found === undefined ? undefined : this.sidecars.find(key, found.stats);
    if (condition.kind === 'absent' && found !== undefined) throw preconditionFailed('If-None-Match');
    if (condition.kind !== 'etag') return current;
    if (found === undefined) throw noSuchKey(key);
    if (current?.etag !== condition.etag) throw preconditionFailed('If-Match');
    return current;
  }

  /** Finds out the ETag beforehand, so that comparing it is one step with writing. */
  private async learn(key: string, condition: WriteCondition): Promise<void> {
    if (condition.kind === 'etag') await this.describe(key);
  }

  private stage(staged: Staged): string {
    if ('file' in staged.content) return staged.content.file;
    const file = this.scratch();
    const [only, ...more] = staged.content.bytes;
    writeFileSync(file, more.length === 0 ? (only ?? '') : Buffer.concat(staged.content.bytes));
    return file;
  }

  private async readRecord(key: string, found: FoundFile & { fd: number }): Promise<ObjectRecord> {
    const md5 = await hashFile(found.fd, Number(found.stats.size));
    const record = { ...describeFile(found.stats), etag: md5 };
    this.sidecars.keep(key, record);
    return record;
  }
}
