import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { S3Connection } from './connection.ts';
import { readEtag } from './etag.ts';
import type { Sending } from './learned.ts';
import { isAws, isEncrypted } from './place.ts';
import { OPERATIONS } from './request.ts';
import type { Store } from './request.ts';

/** What a foreign writer must leave on an object for PBS to read it (facts/pbs.md 2.1). */
export const CONTENT_TYPE = 'application/octet-stream';

/** The bytes of one PUT, with their CRC-32 where the caller knows it and their name vouches for them. */
export interface Upload {
  readonly bytes: Buffer;
  readonly crc32?: number | undefined;
}

/**
 * Whether this upload may show that the provider checks a CRC-32: over plain HTTP, where it can then take the place of the SHA-256
 * in the signature, which costs twice as much as all else. The name of the content proves it to whoever reads it.
 */
export function triesCrc32({ location, learned }: S3Connection, crc32: number | undefined): boolean {
  return crc32 !== undefined && learned.crc32 === 'unknown' && !isAws(location) && !isEncrypted(location);
}

/** One PUT on the wire; `key` is the full key. Throws what the wire throws. */
export async function putObject(store: Store, key: string, upload: Upload, sending: Sending): Promise<void> {
  const { location, learned, wire } = store.connection;
  const sums = checksums(store.connection, upload, sending);
  const answer = await wire.send({
    method: 'PUT',
    key,
    headers: {
      'content-type': CONTENT_TYPE,
      ...(sending.conditional ? { 'if-none-match': '*' } : {}),
      ...checksumHeaders(sums),
    },
    body: upload.bytes,
    isProven: upload.crc32 !== undefined && sending.crc32 === 'checked',
    pace: store.paces.write,
    fresh: sending.fresh,
  });
  readEtag(location, OPERATIONS.put(key), answer.headers['etag']);
  const { crc32: crc } = sums;
  if (crc === undefined || sending.crc32 !== 'unknown') return;
  learned.crc32 = answer.headers['x-amz-checksum-crc32'] === crc ? 'checked' : 'ignored';
}

/** In Base64, as headers have them; what is left out is not sent. */
export interface Checksums {
  readonly crc32?: string;
  readonly md5?: string;
}

/**
 * S3 itself checks a CRC-32 and keeps it with the object. Elsewhere the header may be ignored or refused, and TLS, or over plain HTTP
 * the signed SHA-256 of the body, already makes a damaged upload fail: an MD5 would cost more than all else, and is sent on demand.
 */
export function checksums(
  { location, learned }: S3Connection,
  { bytes, crc32: known }: Upload,
  sending?: Pick<Sending, 'crc32'>,
): Checksums {
  const isTried = known !== undefined && !isEncrypted(location) && (sending?.crc32 === 'unknown' || sending?.crc32 === 'checked');
  return {
    ...(isAws(location) || isTried ? { crc32: formatCrc32(known ?? crc32(bytes)) } : {}),
    ...(learned.contentMd5 ? { md5: createHash('md5').update(bytes).digest('base64') } : {}),
  };
}

export function checksumHeaders({ crc32: crc, md5 }: Checksums): Record<string, string> {
  return {
    ...(crc === undefined ? {} : { 'x-amz-checksum-crc32': crc }),
    ...(md5 === undefined ? {} : { 'content-md5': md5 }),
  };
}

function formatCrc32(crc: number): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc);
  return sum.toString('base64');
}
