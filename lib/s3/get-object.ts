import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ByteRange, GetOptions } from '../datastore/object-store.ts';
import type { FlotillaError } from '../errors.ts';
import { collectBody } from './body.ts';
import type { S3Connection } from './connection.ts';
import { invalidAnswer } from './errors.ts';
import { OPERATIONS } from './request.ts';

/** What a GET brought: `size` and `etag` as the provider told them, if it did. */
export interface Got {
  readonly bytes: Buffer;
  readonly size: number | undefined;
  readonly etag: string | undefined;
}

// The transfer engine reads what is larger by ranges; a body is one buffer.
const MAX_BODY_BYTES = 1024 * 1024 * 1024;

/** One GET on the wire, its body included; `key` is the full key. Throws what the SDK or the socket throws. */
export async function getObject(connection: S3Connection, key: string, options: GetOptions): Promise<Got> {
  const output = await connection.client.send(
    new GetObjectCommand({
      Bucket: connection.location.bucket,
      Key: key,
      ...(options.ifMatch === undefined ? {} : { IfMatch: `"${options.ifMatch}"` }),
      ...(options.range === undefined ? {} : { Range: formatRange(options.range) }),
    }),
  );
  // Always a stream in node; the SDK's type covers browsers too.
  const body = output.Body as Readable;
  try {
    const { length, size } = spanOf(output, options.range, (what) =>
      invalidAnswer(connection.location, OPERATIONS.get(key), what),
    );
    return { bytes: await collectBody(body, length), size, etag: output.ETag };
  } catch (error) {
    body.destroy();
    throw error;
  }
}

function formatRange(range: ByteRange): string {
  return `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

function spanOf(
  output: GetObjectCommandOutput,
  range: ByteRange | undefined,
  invalid: (what: string) => FlotillaError,
): { length: number; size: number } {
  const length = output.ContentLength;
  if (length === undefined) throw invalid('the answer has no Content-Length');
  if (length > MAX_BODY_BYTES) throw invalid(`the answer has ${length} bytes, more than one buffer may hold`);
  if (output.ContentRange === undefined) return { length, size: length };
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(output.ContentRange) ?? [];
  const [start, size] = [Number(first), Number(total)];
  const asked = range !== undefined && start === range.offset && length === Math.min(range.length, size - start);
  if (asked && Number(last) - start + 1 === length) return { length, size };
  throw invalid(`the answer covers ${output.ContentRange} in ${length} bytes, which is not what was asked for`);
}
