import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CHECKSUM_ALGORITHMS, checksumElements, startChecksum } from '../checksum.ts';
import type { ChecksumAlgorithm, Checksums } from '../checksum.ts';
import { completedParts } from '../completion.ts';
import { writeCondition } from '../conditions.ts';
import { copySpans } from '../copy-bytes.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import type { FileSpan } from '../file-bytes.ts';
import { header } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { discardBody } from '../staged-body.ts';
import type { Upload, UploadedPart, Uploads } from '../uploads.ts';
import { xmlDocument } from '../xml.ts';
import { requestedUpload, uploadsOf } from './multipart-upload.ts';

/** Joins the parts and makes the object visible. The parts are there until that is done: a refusal loses nothing. */
export async function completeMultipartUpload(exchange: Exchange): Promise<S3Answer> {
  const { request } = exchange;
  const bucket = exchange.bucket();
  const uploads = uploadsOf(exchange);
  const upload = requestedUpload(exchange, uploads);
  const condition = writeCondition(request);
  const text = await exchange.receiveText({});
  const parts = completedParts(text, upload, uploads.parts(upload));
  requireSize(request, parts);
  bucket.check(request.key, condition.kind === 'absent' ? condition : { kind: 'none' });
  const { file, checksums } = await join(exchange, { uploads, upload, parts });
  const staged = { content: { file }, etag: multipartEtag(parts) };
  try {
    requestedUpload(exchange, uploads);
    const checksumType = upload.checksum?.type ?? 'FULL_OBJECT';
    const description = { ...upload.description, checksums, checksumType };
    const record = await bucket.write(request.key, staged, { condition, description });
    uploads.end(upload);
    return xmlAnswer(
      xmlDocument('CompleteMultipartUploadResult', {
        Location: `http://${header(request, 'host') ?? ''}${request.path}`,
        Bucket: bucket.name,
        Key: request.key,
        ETag: `"${record.etag}"`,
        ...checksumElements(checksums),
        ...(upload.checksum === undefined ? {} : { ChecksumType: checksumType }),
      }),
    );
  } finally {
    discardBody(staged);
  }
}

function requireSize(request: S3Request, parts: readonly UploadedPart[]): void {
  const said = header(request, 'x-amz-mp-object-size');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (said === undefined || Number(said) === size) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${said} does not match what was computed: ${String(size)}`;
  throw new S3Error('InvalidRequest', message);
}

/** The MD5 of the parts' MD5s, and their number. */
function multipartEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${String(parts.length)}`;
}

interface Joining {
  readonly uploads: Uploads;
  readonly upload: Upload;
  readonly parts: readonly UploadedPart[];
}

/** Joins the parts in a new file and makes the object's checksum, which must be the one that was sent. */
async function join(exchange: Exchange, joining: Joining): Promise<{ file: string; checksums: Checksums }> {
  const sent = sentChecksum(exchange.request);
  const { algorithm, composite } = plannedChecksum(joining.upload, sent?.algorithm);
  const file = exchange.buckets.scratch();
  const whole = startChecksum(algorithm ?? 'crc32');
  const digests = algorithm === undefined || composite ? [] : [whole];
  await copySpans(partSpans(joining), file, digests);
  if (algorithm === undefined) return { file, checksums: {} };
  const value = composite ? compositeChecksum(algorithm, joining.parts) : whole.digest().toString('base64');
  if (sent === undefined || sent.value === value.replace(/-\d+$/, '')) return { file, checksums: { [algorithm]: value } };
  discardBody({ content: { file }, etag: '' });
  throw new S3Error('BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`);
}

function plannedChecksum(
  upload: Upload,
  sent?: ChecksumAlgorithm,
): { algorithm: ChecksumAlgorithm | undefined; composite: boolean } {
  return { algorithm: upload.checksum?.algorithm ?? sent, composite: upload.checksum?.type === 'COMPOSITE' };
}

/** A checksum header of a completion is the object's, not the document's; a composite one may name the number of parts. */
function sentChecksum(request: S3Request): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = header(request, `x-amz-checksum-${algorithm}`)?.replace(/-\d+$/, '');
    if (value !== undefined) return { algorithm, value };
  }
  return undefined;
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly UploadedPart[]): string {
  const running = startChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part.checksums[algorithm] ?? '', 'base64'));
  return `${running.digest().toString('base64')}-${String(parts.length)}`;
}

async function* partSpans(joining: Joining): AsyncGenerator<FileSpan> {
  for (const part of joining.parts) {
    const handle = await open(joining.uploads.partFile(joining.upload, part));
    try {
      yield { fd: handle.fd, offset: 0, length: part.size };
    } finally {
      await handle.close();
    }
  }
}
