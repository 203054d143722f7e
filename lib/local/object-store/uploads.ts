import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Staged } from './bucket.ts';
import type { ChecksumAlgorithm, Checksums } from './checksum.ts';
import { isErrno } from './errno.ts';
import type { ObjectDescription } from './record.ts';
import { S3Error } from './s3-error.ts';

/** A multipart upload under way, as it was begun. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  /** ISO 8601. */
  readonly initiated: string;
  readonly description: ObjectDescription;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'COMPOSITE' | 'FULL_OBJECT' };
}

export interface UploadedPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly checksums: Checksums;
  /** ISO 8601. */
  readonly modified: string;
  /** Name of the file of its bytes in the upload's folder. */
  readonly file: string;
}

/** The multipart uploads of one bucket: a folder each, outside the bucket, with one file of bytes and one that describes it a part. */
export class Uploads {
  private readonly folder: string;
  private readonly scratch: () => string;

  constructor(folder: string, scratch: () => string) {
    this.folder = folder;
    this.scratch = scratch;
  }

  begin(upload: Omit<Upload, 'id'>): Upload {
    const begun = { ...upload, id: randomBytes(16).toString('hex') };
    mkdirSync(this.pathOf(begun.id), { recursive: true });
    this.writeJson(begun.id, 'upload.json', begun);
    return begun;
  }

  /** The upload of this id and key, or NoSuchUpload. */
  get(id: string, key: string): Upload {
    const upload = /^[0-9a-f]{32}$/.test(id) ? this.read(id) : undefined;
    if (upload?.key === key) return upload;
    const message =
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
    throw new S3Error('NoSuchUpload', message, { UploadId: id });
  }

  /** By key, then by when they were begun. */
  list(): Upload[] {
    const uploads = readNames(this.folder).flatMap((id) => this.read(id) ?? []);
    return uploads.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.initiated < b.initiated ? -1 : 1));
  }

  /** Keeps a part; an earlier part of the same number is replaced as a whole. */
  savePart(upload: Upload, part: Omit<UploadedPart, 'file'>, content: Staged['content']): void {
    const file = `bytes-${randomBytes(8).toString('hex')}`;
    const target = path.join(this.pathOf(upload.id), file);
    const previous = this.readPart(upload.id, partName(part.number));
    if ('file' in content) renameSync(content.file, target);
    else writeFileSync(target, Buffer.concat(content.bytes));
    this.writeJson(upload.id, partName(part.number), { ...part, file } satisfies UploadedPart);
    if (previous !== undefined) rmSync(path.join(this.pathOf(upload.id), previous.file), { force: true });
  }

  /** In the order of their numbers. */
  parts(upload: Upload): UploadedPart[] {
    const names = readNames(this.pathOf(upload.id)).filter((name) => name.startsWith('part-'));
    return names.sort().flatMap((name) => this.readPart(upload.id, name) ?? []);
  }

  partFile(upload: Upload, part: UploadedPart): string {
    return path.join(this.pathOf(upload.id), part.file);
  }

  end(upload: Upload): void {
    rmSync(this.pathOf(upload.id), { recursive: true, force: true });
  }

  private pathOf(id: string): string {
    return path.join(this.folder, id);
  }

  private read(id: string): Upload | undefined {
    return readJson(path.join(this.pathOf(id), 'upload.json')) as Upload | undefined;
  }

  private readPart(id: string, name: string): UploadedPart | undefined {
    return readJson(path.join(this.pathOf(id), name)) as UploadedPart | undefined;
  }

  private writeJson(id: string, name: string, value: unknown): void {
    const file = this.scratch();
    writeFileSync(file, JSON.stringify(value));
    renameSync(file, path.join(this.pathOf(id), name));
  }
}

function partName(number: number): string {
  return `part-${String(number).padStart(5, '0')}.json`;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
