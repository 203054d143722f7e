import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { VerifyMode } from '../../datastore/layout.ts';
import { freeBytes } from '../../datastore/free-bytes.ts';
import { DataError } from '../../errors.ts';
import { MAX_CONTENT_BYTES, MAX_STORED_BYTES, parseBlob, verifyBlob } from './blob-format.ts';
import { decodePayload } from './data-blob.ts';
import type { BlobHeader } from './blob-format.ts';
import { combineCrc32 } from './crc32-combine.ts';

/** Limits of a chunk in bytes: its content, and as it is stored (facts/pbs.md 1.2). */
export const MAX_CHUNK_BYTES = MAX_CONTENT_BYTES;
export const MAX_STORED_CHUNK_BYTES = MAX_STORED_BYTES;

/** What an index says of a chunk: the digest that names it, bytes of content, and whether its archive is encrypted. */
export interface ExpectedChunk {
  readonly digest: Buffer;
  readonly size: number;
  readonly encrypted: boolean;
  /** Default: full. */
  readonly verify?: VerifyMode;
}

/**
 * Checks the stored bytes of a chunk: CRC always, digest and length of the content where it is not encrypted and `crc` is not all
 * that was asked for. Throws a `DataError`,
 * its message beginning with `title`: CHUNK_CRYPT_MODE_MISMATCH, CHUNK_DIGEST_MISMATCH, CHUNK_SIZE_MISMATCH, or a blob's code.
 */
export function verifyChunk(bytes: Buffer, expect: ExpectedChunk, title: string): void {
  if (bytes.length > MAX_STORED_CHUNK_BYTES) throw tooLarge(bytes, expect, title);
  checkCryptMode(parseBlob(bytes, title), expect, title);
  const header = verifyBlob(bytes, title);
  const payload = bytes.subarray(header.headerBytes);
  if (header.encrypted || expect.verify === 'crc') return checkPlainSize(payload, header, expect, title);
  const content = decodePayload(payload, header, title, { maxBytes: MAX_CHUNK_BYTES, sizeHint: expect.size });
  checkDigest(content, expect, title);
  const size = content.length;
  if (content !== payload) freeBytes(content);
  if (size !== expect.size) throw sizeMismatch(size, expect, title);
}

function checkCryptMode(header: BlobHeader, expect: ExpectedChunk, title: string): void {
  if (header.encrypted === expect.encrypted) return;
  const [is, archive] = header.encrypted ? ['encrypted', 'is not'] : ['not encrypted', 'is'];
  const message = `${title}: the chunk is ${is}, but its archive ${archive}`;
  throw new DataError('CHUNK_CRYPT_MODE_MISMATCH', message, context(expect));
}

/** The CRC-32 of all stored bytes of a chunk that was checked: its header's own, and the one that the header holds of the rest. */
export function crc32OfChunk(bytes: Buffer): number {
  const { crc, headerBytes } = parseBlob(bytes, 'chunk');
  return combineCrc32(crc32(bytes.subarray(0, headerBytes)), crc, bytes.length - headerBytes);
}

/** Only what was compressed hides its length. */
function checkPlainSize(payload: Buffer, header: BlobHeader, expect: ExpectedChunk, title: string): void {
  if (!header.compressed && payload.length !== expect.size) throw sizeMismatch(payload.length, expect, title);
}

function checkDigest(content: Buffer, expect: ExpectedChunk, title: string): void {
  const actual = hash('sha256', content, 'buffer');
  if (actual.equals(expect.digest)) return;
  const message = `${title}: its content has the SHA-256 ${actual.toString('hex')}, not ${expect.digest.toString('hex')}`;
  throw new DataError('CHUNK_DIGEST_MISMATCH', message, context(expect));
}

function sizeMismatch(actual: number, expect: ExpectedChunk, title: string): DataError {
  const message = `${title}: holds ${actual} bytes, its index says ${expect.size}`;
  return new DataError('CHUNK_SIZE_MISMATCH', message, context(expect));
}

function tooLarge(bytes: Buffer, expect: ExpectedChunk, title: string): DataError {
  const message = `${title}: ${bytes.length} stored bytes are more than the ${MAX_STORED_CHUNK_BYTES} a chunk may have`;
  return new DataError('BLOB_TOO_LARGE', message, context(expect));
}

function context(expect: ExpectedChunk): { context: { digest: string } } {
  return { context: { digest: expect.digest.toString('hex') } };
}
