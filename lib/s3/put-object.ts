import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { S3Connection } from './connection.ts';
import { readEtag } from './etag.ts';
import type { Sending } from './learned.ts';
import { isAws } from './place.ts';
import { OPERATIONS } from './request.ts';
import type { Store } from './request.ts';

/** What a foreign writer must leave on an object for PBS to read it (facts/pbs.md 2.1). */
export const CONTENT_TYPE = 'application/octet-stream';

/** One PUT on the wire; `key` is the full key. Throws what the wire throws. */
export async function putObject(store: Store, key: string, bytes: Buffer, sending: Sending): Promise<void> {
  const { connection, paces } = store;
  const { ChecksumCRC32: crc, ContentMD5: md5 } = checksums(connection, bytes);
  const answer = await connection.wire.send({
    method: 'PUT',
    key,
    headers: {
      'content-type': CONTENT_TYPE,
      ...(sending.conditional ? { 'if-none-match': '*' } : {}),
      ...(crc === undefined ? {} : { 'x-amz-checksum-crc32': crc }),
      ...(md5 === undefined ? {} : { 'content-md5': md5 }),
    },
    body: bytes,
    pace: paces.write,
    fresh: sending.fresh,
  });
  readEtag(connection.location, OPERATIONS.put(key), answer.headers['etag']);
}

/**
 * S3 itself checks a CRC-32 and keeps it with the object. Elsewhere the header may be ignored or refused, and TLS, or over plain HTTP
 * the signed SHA-256 of the body, already makes a damaged upload fail: an MD5 would cost more than all else, and is sent on demand.
 */
export function checksums(connection: S3Connection, bytes: Buffer): { ChecksumCRC32?: string; ContentMD5?: string } {
  return {
    ...(isAws(connection.location) ? { ChecksumCRC32: formatCrc32(bytes) } : {}),
    ...(connection.learned.contentMd5 ? { ContentMD5: createHash('md5').update(bytes).digest('base64') } : {}),
  };
}

function formatCrc32(bytes: Buffer): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
}
