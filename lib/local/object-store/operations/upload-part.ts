import { checksumElements, checksumHeaders, startChecksum } from '../checksum.ts';
import type { Checksums } from '../checksum.ts';
import { copySpans } from '../copy-bytes.ts';
import { withCopySource } from '../copy-source.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { header } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { discardBody } from '../staged-body.ts';
import type { Upload } from '../uploads.ts';
import { xmlDocument } from '../xml.ts';
import { requestedUpload, uploadsOf } from './multipart-upload.ts';

const MAX_PART_NUMBER = 10_000;

export async function uploadPart(exchange: Exchange): Promise<S3Answer> {
  const number = partNumber(exchange.request);
  const uploads = uploadsOf(exchange);
  const upload = requestedUpload(exchange, uploads);
  const body = await exchange.receive();
  try {
    requireDeclared(upload, body.checksums);
    // It may have been completed or aborted while the body came.
    requestedUpload(exchange, uploads);
    const { size, etag, checksums } = body;
    uploads.savePart(upload, { number, size, etag, checksums, modified: isoNow(exchange) }, body.content);
    return { status: 200, headers: { etag: `"${etag}"`, ...checksumHeaders(checksums) } };
  } finally {
    discardBody(body);
  }
}

export async function uploadPartCopy(exchange: Exchange): Promise<S3Answer> {
  const number = partNumber(exchange.request);
  const uploads = uploadsOf(exchange);
  const upload = requestedUpload(exchange, uploads);
  const file = exchange.buckets.scratch();
  return withCopySource(exchange, async ({ fd, record }) => {
    const span = sourceSpan(exchange.request, record.size);
    const md5 = startChecksum('md5');
    const checksum = upload.checksum === undefined ? undefined : startChecksum(upload.checksum.algorithm);
    await copySpans([{ fd, ...span }], file, checksum === undefined ? [md5] : [md5, checksum]);
    const etag = md5.digest().toString('hex');
    const checksums: Checksums =
      upload.checksum === undefined ? {} : { [upload.checksum.algorithm]: checksum?.digest().toString('base64') };
    const modified = isoNow(exchange);
    requestedUpload(exchange, uploads);
    uploads.savePart(upload, { number, size: span.length, etag, checksums, modified }, { file });
    return xmlAnswer(
      xmlDocument('CopyPartResult', { LastModified: modified, ETag: `"${etag}"`, ...checksumElements(checksums) }),
    );
  });
}

function partNumber(request: S3Request): number {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= MAX_PART_NUMBER) return number;
  throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${String(MAX_PART_NUMBER)}, inclusive`, {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}

/** An upload begun with an algorithm takes parts with a checksum of that algorithm only. */
function requireDeclared(upload: Upload, checksums: Checksums): void {
  const declared = upload.checksum?.algorithm;
  if (declared === undefined || checksums[declared] !== undefined) return;
  const actual = Object.keys(checksums)[0] ?? 'null';
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${declared}, actual checksum Type: ${actual}`;
  throw new S3Error('InvalidRequest', message);
}

function sourceSpan(request: S3Request, size: number): { offset: number; length: number } {
  const text = header(request, 'x-amz-copy-source-range');
  if (text === undefined) return { offset: 0, length: size };
  const matched = /^bytes=(\d+)-(\d+)$/.exec(text);
  const [offset, last] = [Number(matched?.[1]), Number(matched?.[2])];
  const details = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: text };
  if (matched === null || last < offset) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw new S3Error('InvalidArgument', message, details);
  }
  if (last >= size)
    throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${String(size)}`, details);
  return { offset, length: last - offset + 1 };
}

function isoNow(exchange: Exchange): string {
  return new Date(exchange.now()).toISOString();
}
