import { isChecksumAlgorithm } from '../checksum.ts';
import type { ChecksumAlgorithm } from '../checksum.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { objectDescription } from '../object-headers.ts';
import { keyToNames, requireStorable } from '../object-path.ts';
import { header } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { Uploads } from '../uploads.ts';
import type { Upload } from '../uploads.ts';
import { xmlDocument } from '../xml.ts';

/** How a multipart object's checksum can be made, the default first (user guide, "Checking object integrity in Amazon S3"). */
const CHECKSUM_TYPES: Readonly<Record<ChecksumAlgorithm, readonly ('COMPOSITE' | 'FULL_OBJECT')[]>> = {
  crc32: ['COMPOSITE', 'FULL_OBJECT'],
  crc32c: ['COMPOSITE', 'FULL_OBJECT'],
  crc64nvme: ['FULL_OBJECT'],
  sha1: ['COMPOSITE'],
  sha256: ['COMPOSITE'],
};

/** The uploads of the request's bucket. */
export function uploadsOf(exchange: Exchange): Uploads {
  const bucket = exchange.bucket();
  return new Uploads(exchange.buckets.uploadsFolder(bucket.name), exchange.buckets.scratch);
}

/** The upload that the request names, or NoSuchUpload. */
export function requestedUpload(exchange: Exchange, uploads: Uploads): Upload {
  return uploads.get(exchange.request.query.get('uploadId') ?? '', exchange.request.key);
}

export function createMultipartUpload(exchange: Exchange): S3Answer {
  const { request } = exchange;
  const bucket = exchange.bucket();
  bucket.requireWritable();
  requireStorable(request.key, keyToNames(request.key));
  const checksum = declaredChecksum(request);
  const upload = uploadsOf(exchange).begin({
    key: request.key,
    initiated: new Date(exchange.now()).toISOString(),
    description: objectDescription(request),
    ...(checksum === undefined ? {} : { checksum }),
  });
  const headers =
    checksum === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(), 'x-amz-checksum-type': checksum.type };
  return xmlAnswer(
    xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: request.key, UploadId: upload.id }),
    headers,
  );
}

function declaredChecksum(request: S3Request): Upload['checksum'] {
  const algorithm = header(request, 'x-amz-checksum-algorithm')?.toLowerCase();
  if (algorithm === undefined) return undefined;
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
  const possible = CHECKSUM_TYPES[algorithm];
  const [usual] = possible;
  const type = header(request, 'x-amz-checksum-type')?.toUpperCase() ?? usual;
  const declared = possible.find((one) => one === type);
  if (declared !== undefined) return { algorithm, type: declared };
  throw new S3Error(
    'InvalidRequest',
    `The ${String(type)} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  );
}

export function abortMultipartUpload(exchange: Exchange): S3Answer {
  const uploads = uploadsOf(exchange);
  exchange.bucket().requireWritable();
  uploads.end(requestedUpload(exchange, uploads));
  return { status: 204 };
}
