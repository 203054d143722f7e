import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Bucket } from './bucket.ts';
import { S3Error } from './s3-error.ts';
import { openScratch } from './scratch.ts';

export interface BucketsOptions {
  /** The folder whose folders are buckets. */
  readonly root: string;
  /** Buckets that are served from elsewhere and refuse every write: name and folder. */
  readonly readOnly: Readonly<Record<string, string>>;
}

/** Our own folder below the root; no bucket can have its name. */
const OWN_FOLDER = '.flotilla';
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The buckets of one root: each is the folder of its name, the read-only ones excepted. */
export class Buckets {
  /** Names of files under way. */
  readonly scratch: () => string;
  private readonly root: string;
  private readonly readOnly: Readonly<Record<string, string>>;
  private readonly opened = new Map<string, Bucket>();

  constructor(options: BucketsOptions) {
    this.root = options.root;
    this.readOnly = options.readOnly;
    this.scratch = openScratch(path.join(options.root, OWN_FOLDER, 'tmp'));
  }

  /** The bucket, or NoSuchBucket. */
  get(name: string): Bucket {
    const folder = this.folderOf(name);
    if (!BUCKET_NAME.test(name) || !isFolder(folder)) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    const opened = this.opened.get(name);
    if (opened !== undefined) return opened;
    const sidecars = path.join(this.root, OWN_FOLDER, 'meta', name);
    const bucket = new Bucket({ name, folder, readOnly: this.isReadOnly(name), sidecars, scratch: this.scratch });
    this.opened.set(name, bucket);
    return bucket;
  }

  /** Makes a bucket; one that is there already is an error, as S3 has it outside us-east-1. */
  create(name: string): void {
    if (!BUCKET_NAME.test(name))
      throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
    if (isFolder(this.folderOf(name))) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new S3Error('BucketAlreadyOwnedByYou', message, { BucketName: name });
    }
    mkdirSync(this.folderOf(name), { recursive: true });
  }

  /** Makes a bucket unless it is there. */
  ensure(name: string): void {
    if (!isFolder(this.folderOf(name))) this.create(name);
  }

  list(): { readonly name: string; readonly created: Date }[] {
    const names = readdirSync(this.root).filter((name) => BUCKET_NAME.test(name) && isFolder(this.folderOf(name)));
    const all = [...new Set([...names, ...Object.keys(this.readOnly)])].sort();
    return all.map((name) => ({ name, created: statSync(this.folderOf(name)).birthtime }));
  }

  /** The folder for the multipart uploads of a bucket. */
  uploadsFolder(name: string): string {
    return path.join(this.root, OWN_FOLDER, 'uploads', name);
  }

  private folderOf(name: string): string {
    return (this.isReadOnly(name) ? this.readOnly[name] : undefined) ?? path.join(this.root, name);
  }

  private isReadOnly(name: string): boolean {
    return Object.hasOwn(this.readOnly, name);
  }
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
