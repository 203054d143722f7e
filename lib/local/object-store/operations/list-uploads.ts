import { checksumElements } from '../checksum.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { compareKeys } from '../key-order.ts';
import { countParameter } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import type { Upload } from '../uploads.ts';
import { xmlDocument } from '../xml.ts';
import { keyEncoder } from './list-objects.ts';
import { requestedUpload, uploadsOf } from './multipart-upload.ts';

/** S3's entries a page of either listing. */
const MAX_ENTRIES = 1000;

export function listParts(exchange: Exchange): S3Answer {
  const { request } = exchange;
  const uploads = uploadsOf(exchange);
  const upload = requestedUpload(exchange, uploads);
  const marker = countParameter(request, 'part-number-marker', 0);
  const max = Math.min(MAX_ENTRIES, countParameter(request, 'max-parts', MAX_ENTRIES));
  const left = uploads.parts(upload).filter((part) => part.number > marker);
  const page = left.slice(0, max);
  return xmlAnswer(
    xmlDocument('ListPartsResult', {
      Bucket: request.bucket,
      Key: keyEncoder(request)(request.key),
      UploadId: upload.id,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: max,
      IsTruncated: left.length > page.length,
      StorageClass: 'STANDARD',
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: part.modified,
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...checksumElements(part.checksums),
      })),
    }),
  );
}

export function listMultipartUploads(exchange: Exchange): S3Answer {
  const { request } = exchange;
  if (request.query.has('delimiter'))
    throw new S3Error('NotImplemented', 'A delimiter is not implemented for ListMultipartUploads.');
  const encode = keyEncoder(request);
  const prefix = request.query.get('prefix') ?? '';
  const max = Math.min(MAX_ENTRIES, countParameter(request, 'max-uploads', MAX_ENTRIES));
  const left = afterMarker(uploadsOf(exchange).list(), request).filter((upload) => upload.key.startsWith(prefix));
  const page = left.slice(0, max);
  const truncated = left.length > page.length;
  return xmlAnswer(
    xmlDocument('ListMultipartUploadsResult', {
      Bucket: request.bucket,
      KeyMarker: encode(request.query.get('key-marker') ?? ''),
      UploadIdMarker: request.query.get('upload-id-marker') ?? '',
      NextKeyMarker: truncated ? encode(page.at(-1)?.key ?? '') : undefined,
      NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
      Prefix: encode(prefix),
      EncodingType: request.query.get('encoding-type'),
      MaxUploads: max,
      IsTruncated: truncated,
      Upload: page.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.id,
        Initiated: upload.initiated,
        StorageClass: 'STANDARD',
      })),
    }),
  );
}

function afterMarker(uploads: readonly Upload[], request: S3Request): readonly Upload[] {
  const key = request.query.get('key-marker') ?? '';
  const id = request.query.get('upload-id-marker') ?? '';
  if (key === '') return uploads;
  const marked = uploads.findIndex((upload) => upload.key === key && upload.id === id);
  return marked < 0 ? uploads.filter((upload) => compareKeys(upload.key, key) > 0) : uploads.slice(marked + 1);
}
