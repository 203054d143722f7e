import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';
import { readEtag } from './etag.ts';
import { isAws } from './place.ts';
import { OPERATIONS } from './request.ts';

/** What a foreign writer must leave on an object for PBS to read it (facts/pbs.md 2.1). */
export const CONTENT_TYPE = 'application/octet-stream';

/** One PUT on the wire; `key` is the full key. Throws what the SDK or the socket throws. */
export async function putObject(connection: S3Connection, key: string, bytes: Buffer, ifAbsent: boolean): Promise<void> {
  const output = await connection.client.send(
    new PutObjectCommand({
      Bucket: connection.location.bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.length,
      ContentType: CONTENT_TYPE,
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
      ...checksums(connection, bytes),
    }),
  );
  readEtag(connection.location, OPERATIONS.put(key), output.ETag);
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
