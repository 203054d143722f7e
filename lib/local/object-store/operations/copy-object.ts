import type { OpenObject, Staged } from '../bucket.ts';
import { checksumElements, isChecksumAlgorithm, startChecksum } from '../checksum.ts';
import type { ChecksumAlgorithm, Checksums, RunningChecksum } from '../checksum.ts';
import { writeCondition } from '../conditions.ts';
import { copySpans } from '../copy-bytes.ts';
import { copySourceName, withCopySource } from '../copy-source.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { objectDescription } from '../object-headers.ts';
import { lastModified } from '../record.ts';
import type { ObjectDescription, ObjectRecord } from '../record.ts';
import { header } from '../request.ts';
import type { S3Answer } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { discardBody } from '../staged-body.ts';
import { xmlDocument } from '../xml.ts';

/** CopyObject's limit; longer objects go by UploadPartCopy. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

export async function copyObject(exchange: Exchange): Promise<S3Answer> {
  const bucket = exchange.bucket();
  const { request } = exchange;
  bucket.requireWritable();
  const condition = writeCondition(request);
  bucket.check(request.key, condition.kind === 'absent' ? condition : { kind: 'none' });
  const replace = replacesMetadata(exchange);
  const record = await withCopySource(exchange, async (source) => {
    if (source.record.size > MAX_COPY_BYTES) {
      throw new S3Error(
        'InvalidRequest',
        'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
      );
    }
    const { staged, checksums } = await stageCopy(exchange, source);
    const described = replace ? objectDescription(request) : describeAs(source.record);
    try {
      const description = { ...described, checksums, checksumType: 'FULL_OBJECT' as const };
      return await bucket.write(request.key, staged, { condition, description });
    } finally {
      discardBody(staged);
    }
  });
  return xmlAnswer(xmlDocument('CopyObjectResult', copyResult(record)));
}

/** The elements that answer a copy. */
export function copyResult(record: ObjectRecord): Record<string, string> {
  return {
    LastModified: lastModified(record).toISOString(),
    ETag: `"${record.etag}"`,
    ...checksumElements(record.checksums ?? {}),
  };
}

function replacesMetadata(exchange: Exchange): boolean {
  const { request } = exchange;
  const directive = header(request, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.', { ArgumentName: 'x-amz-metadata-directive' });
  }
  const source = copySourceName(exchange);
  if (directive === 'COPY' && source.bucket === request.bucket && source.key === request.key) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw new S3Error('InvalidRequest', message);
  }
  return directive === 'REPLACE';
}

function describeAs(record: ObjectRecord): ObjectDescription {
  const { contentType, headers, metadata } = record;
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(headers === undefined ? {} : { headers }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Copies the bytes; digests that are known of them as a whole already are not made again. */
async function stageCopy(exchange: Exchange, source: OpenObject): Promise<{ staged: Staged; checksums: Checksums }> {
  const { record, fd } = source;
  const file = exchange.buckets.scratch();
  const algorithm = wantedAlgorithm(exchange, record);
  const md5 = wholeMd5(record);
  const checksum = algorithm && wholeChecksum(record, algorithm);
  const digests = [md5, checksum].filter((one) => one !== undefined);
  await copySpans([{ fd, offset: 0, length: record.size }], file, digests);
  const checksums = algorithm && checksum ? { [algorithm]: checksum.digest().toString('base64') } : {};
  return { staged: { content: { file }, etag: md5.digest().toString('hex') }, checksums };
}

function wholeMd5(record: ObjectRecord): RunningChecksum {
  // A copy is one piece: the ETag of a multipart source is not its MD5.
  return /^[0-9a-f]{32}$/.test(record.etag) ? knownDigest(Buffer.from(record.etag, 'hex')) : startChecksum('md5');
}

function wholeChecksum(record: ObjectRecord, algorithm: ChecksumAlgorithm): RunningChecksum {
  const known = record.checksumType === 'COMPOSITE' ? undefined : record.checksums?.[algorithm];
  return known === undefined ? startChecksum(algorithm) : knownDigest(Buffer.from(known, 'base64'));
}

function knownDigest(value: Buffer): RunningChecksum {
  return { update: () => undefined, digest: () => value };
}

function wantedAlgorithm(exchange: Exchange, record: ObjectRecord): ChecksumAlgorithm | undefined {
  const asked = header(exchange.request, 'x-amz-checksum-algorithm')?.toLowerCase();
  const name = asked ?? Object.keys(record.checksums ?? {})[0];
  if (name === undefined || isChecksumAlgorithm(name)) return name;
  throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
}
