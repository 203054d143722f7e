import { header } from './request.ts';
import type { S3Request } from './request.ts';

/** Percent-encodes as Signature V4 does: all but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The canonical request of Signature V4 for S3: the path is encoded once and never normalised. */
export function canonicalRequest(request: S3Request, signedHeaders: readonly string[], payloadHash: string): string {
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(header(request, name) ?? '')}\n`);
  return [
    request.method,
    canonicalPath(request),
    canonicalQuery(request),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function canonicalPath(request: S3Request): string {
  return request.path.split('/').map(reencode).join('/');
}

function reencode(segment: string): string {
  return uriEncode(decodeURIComponent(segment));
}

function canonicalQuery(request: S3Request): string {
  const pairs = [...request.query].filter(([name]) => name !== 'X-Amz-Signature');
  return pairs
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort()
    .join('&');
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}
