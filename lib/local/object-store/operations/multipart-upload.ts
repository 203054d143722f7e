import { isChecksumAlgorithm } from '../checksum.ts';
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

/** Which algorithms can be composite, and which cover a whole object (user guide, "Checking object integrity"). */
function declaredChecksum(request: S3Request): Upload['checksum'] {
  const algorithm = header(request, 'x-amz-checksum-algorithm')?.toLowerCase();
  if (algorithm === undefined) return undefined;
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
  const type = header(request, 'x-amz-checksum-type')?.toUpperCase() ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = type === 'COMPOSITE' ? algorithm !== 'crc64nvme' : type === 'FULL_OBJECT' && algorithm.startsWith('crc');
  if (!possible)
    throw new S3Error('InvalidRequest', `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  return { algorithm, type: type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT' };
}

export function abortMultipartUpload(exchange: Exchange): S3Answer {
  const uploads = uploadsOf(exchange);
  exchange.bucket().requireWritable();
  uploads.end(requestedUpload(exchange, uploads));
  return { status: 204 };
}
