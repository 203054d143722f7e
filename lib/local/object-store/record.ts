import type { BigIntStats } from 'node:fs';
import type { Checksums } from './checksum.ts';

/** What an upload says of its object beside the bytes. */
export interface ObjectDescription {
  readonly contentType?: string;
  /** Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires: names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** User metadata without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksums?: Checksums;
  readonly checksumType?: 'COMPOSITE' | 'FULL_OBJECT';
}

/** What is known of one version of an object; true of a file only as long as `matchesFile` says so. */
export interface ObjectRecord extends ObjectDescription {
  /** Bytes. */
  readonly size: number;
  /** Modification time of the file, nanoseconds since 1970, in decimal. */
  readonly mtimeNs: string;
  readonly inode: string;
  /** Without quotes. */
  readonly etag: string;
}

export function describeFile(stats: BigIntStats): Pick<ObjectRecord, 'size' | 'mtimeNs' | 'inode'> {
  return { size: Number(stats.size), mtimeNs: String(stats.mtimeNs), inode: String(stats.ino) };
}

/** How well a record fits a file: the same file, a copy of it that kept its time, or another one. */
export function matchesFile(record: ObjectRecord, stats: BigIntStats): 'same' | 'copy' | 'other' {
  if (record.size !== Number(stats.size) || record.mtimeNs !== String(stats.mtimeNs)) return 'other';
  return record.inode === String(stats.ino) ? 'same' : 'copy';
}

export function lastModified(record: ObjectRecord): Date {
  return new Date(Number(BigInt(record.mtimeNs) / 1_000_000n));
}
