import { checksumHeaders } from '../checksum.ts';
import { writeCondition } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { discardBody } from '../staged-body.ts';
import { objectDescription } from '../object-headers.ts';
import type { S3Answer } from '../request.ts';

export async function putObject(exchange: Exchange): Promise<S3Answer> {
  const { request } = exchange;
  const bucket = exchange.bucket();
  bucket.requireWritable();
  const condition = writeCondition(request);
  const description = objectDescription(request);
  // S3 answers a condition that fails already before it asks for the body.
  bucket.check(request.key, condition.kind === 'absent' ? condition : { kind: 'none' });
  const body = await exchange.receive();
  try {
    const checksums = { checksums: body.checksums, checksumType: 'FULL_OBJECT' as const };
    const record = await bucket.write(request.key, body, { condition, description: { ...description, ...checksums } });
    return { status: 200, headers: { etag: `"${record.etag}"`, ...checksumAnswer(body.checksums) } };
  } finally {
    discardBody(body);
  }
}

function checksumAnswer(checksums: Parameters<typeof checksumHeaders>[0]): Record<string, string> {
  const headers = checksumHeaders(checksums);
  return Object.keys(headers).length === 0 ? {} : { ...headers, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

export async function deleteObject(exchange: Exchange): Promise<S3Answer> {
  await exchange.bucket().remove(exchange.request.key, writeCondition(exchange.request));
  return { status: 204 };
}
