import { createHash } from 'node:crypto';
import { DataError } from '../../errors.ts';
import { MAX_CONTENT_BYTES } from './blob-format.ts';

/** Both kinds of index begin alike: magic 8, uuid 16, ctime 8, checksum 32 (facts/pbs.md 1.4, 1.5). */
export const INDEX_HEADER_BYTES = 4096;
export const DIGEST_BYTES = 32;
export const MAX_INDEX_CHUNK_BYTES = MAX_CONTENT_BYTES;
const MAGIC_BYTES = 8;
const UUID_OFFSET = 8;
const UUID_BYTES = 16;
const CTIME_OFFSET = 24;
const CHECKSUM_OFFSET = 32;
const U32 = 2 ** 32;

/** One chunk of an archive, in its order: the digest that names it, and bytes of content. */
export interface ChunkRef {
  readonly digest: Buffer;
  readonly size: number;
}

/** What tells one index from another with the same chunks: 16 bytes, and epoch seconds. */
export interface IndexIdentity {
  readonly uuid: Buffer;
  readonly ctime: number;
}

/** Makes sense of the entries of one index, called with each in turn. */
export interface IndexEntries {
  readonly entryBytes: number;
  read(bytes: Buffer, offset: number): ChunkRef;
  /** Throws when entries are missing. `size` is the archive's, in bytes. */
  end(): { readonly size: number; readonly chunks: number };
}

export function indexInvalid(title: string, fault: string): DataError {
  return new DataError('INDEX_INVALID', `${title}: ${fault}`);
}

export function checkMagic(header: Buffer, magic: Buffer, title: string): void {
  const actual = header.subarray(0, MAGIC_BYTES);
  if (actual.equals(magic)) return;
  throw indexInvalid(title, `begins with ${actual.toString('hex')}, not with the ${magic.toString('hex')} of its kind of index`);
}

/** The checksum in an index's header, hex. */
export function readChecksum(header: Buffer): string {
  return header.toString('hex', CHECKSUM_OFFSET, CHECKSUM_OFFSET + DIGEST_BYTES);
}

/** Reads a u64 LE. Refuses what a number cannot hold exactly: no archive is that large. */
export function readU64(bytes: Buffer, offset: number, title: string): number {
  const value = bytes.readUInt32LE(offset + 4) * U32 + bytes.readUInt32LE(offset);
  if (Number.isSafeInteger(value)) return value;
  throw indexInvalid(title, `says ${bytes.readBigUInt64LE(offset)} where a number of bytes belongs`);
}

/** A copy, so that a digest which is kept does not keep the piece of the file it came from. */
export function readDigest(bytes: Buffer, offset: number): Buffer {
  return Buffer.from(bytes.subarray(offset, offset + DIGEST_BYTES));
}

/** The whole file around `entries`, with the fields that both kinds have filled in. */
export function encodeIndex(magic: Buffer, entries: Buffer, identity: IndexIdentity): Buffer {
  const header = Buffer.alloc(INDEX_HEADER_BYTES);
  magic.copy(header);
  identity.uuid.copy(header, UUID_OFFSET, 0, UUID_BYTES);
  header.writeBigInt64LE(BigInt(identity.ctime), CTIME_OFFSET);
  createHash('sha256').update(entries).digest().copy(header, CHECKSUM_OFFSET);
  return Buffer.concat([header, entries]);
}
