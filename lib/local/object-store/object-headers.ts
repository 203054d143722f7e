import type { ObjectDescription, ObjectRecord } from './record.ts';
import { lastModified } from './record.ts';
import type { S3Request } from './request.ts';
import { header } from './request.ts';
import { S3Error } from './s3-error.ts';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'expires'];
const METADATA = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/** Headers that ask for what this endpoint does not do: refused, so that nobody believes it was done. */
const NOT_IMPLEMENTED =
  /^x-amz-(?:server-side-encryption|object-lock|bucket-object-lock|tagging|website-redirect|grant|write-offset|copy-source-server-side)/;

/** What an upload's headers say of its object. */
export function objectDescription(request: S3Request): ObjectDescription {
  const foreign = Object.keys(request.headers).find((name) => NOT_IMPLEMENTED.test(name));
  if (foreign !== undefined) {
    throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
      Header: foreign,
    });
  }
  const contentType = header(request, 'content-type');
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...nonEmpty('headers', keptHeaders(request)),
    ...nonEmpty('metadata', userMetadata(request)),
  };
}

function keptHeaders(request: S3Request): Record<string, string> {
  const kept = Object.fromEntries(KEPT.flatMap((name) => pairOf(name, header(request, name))));
  // aws-chunked is how the body was sent, not how the object is encoded.
  const encoding = header(request, 'content-encoding')
    ?.split(',')
    .map((one) => one.trim());
  const left = (encoding ?? []).filter((one) => one !== 'aws-chunked' && one !== '').join(',');
  return left === '' ? kept : { ...kept, 'content-encoding': left };
}

function userMetadata(request: S3Request): Record<string, string> {
  const names = Object.keys(request.headers).filter((name) => name.startsWith(METADATA));
  const pairs = names.flatMap((name) => pairOf(name.slice(METADATA.length), header(request, name)));
  const size = pairs.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (size > MAX_METADATA_BYTES) {
    throw new S3Error('InvalidRequest', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return Object.fromEntries(pairs);
}

function pairOf(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function nonEmpty(name: 'headers' | 'metadata', values: Record<string, string>): ObjectDescription {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

/** The headers that answer a GET or HEAD of this object. */
export function recordHeaders(record: ObjectRecord): Record<string, string> {
  const metadata = Object.entries(record.metadata ?? {}).map(([name, value]) => [`${METADATA}${name}`, value]);
  return {
    'last-modified': lastModified(record).toUTCString(),
    etag: `"${record.etag}"`,
    'accept-ranges': 'bytes',
    'content-type': record.contentType ?? 'binary/octet-stream',
    ...record.headers,
    ...(Object.fromEntries(metadata) as Record<string, string>),
  };
}
