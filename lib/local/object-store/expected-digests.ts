import { CHECKSUM_BYTES, isChecksumAlgorithm } from './checksum.ts';
import type { ChecksumAlgorithm } from './checksum.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

/** What the sender says the body's digests are. Values are base64, as sent and of the right length. */
export interface ExpectedDigests {
  readonly md5?: string;
  /** `value` is absent when the trailer brings it. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value?: string };
}

const NOT_VALUES = new Set(['algorithm', 'mode', 'type']);

/** Reads Content-MD5 and the one x-amz-checksum- header or announced trailer of a request. */
export function expectedDigests(request: S3Request): ExpectedDigests {
  const md5 = header(request, 'content-md5');
  if (md5 !== undefined && !isBase64(md5, 16)) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  const checksum = expectedChecksum(request);
  return { ...(md5 === undefined ? {} : { md5 }), ...(checksum === undefined ? {} : { checksum }) };
}

function expectedChecksum(request: S3Request): ExpectedDigests['checksum'] {
  const prefix = 'x-amz-checksum-';
  const sent = Object.keys(request.headers).filter(
    (name) => name.startsWith(prefix) && !NOT_VALUES.has(name.slice(prefix.length)),
  );
  const trailer = header(request, 'x-amz-trailer')?.trim().toLowerCase();
  const names = trailer?.startsWith(prefix) === true ? [...sent, trailer] : sent;
  const [name] = names;
  if (name === undefined) {
    refuseAnnounced(request);
    return undefined;
  }
  if (names.length > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const algorithm = name.slice(prefix.length);
  if (!isChecksumAlgorithm(algorithm))
    throw new S3Error('NotImplemented', `The checksum ${name} is not implemented by this endpoint.`);
  return sent.length === 0 ? { algorithm } : { algorithm, value: requireChecksum(algorithm, header(request, name) ?? '') };
}

function refuseAnnounced(request: S3Request): void {
  if (header(request, 'x-amz-sdk-checksum-algorithm') === undefined) return;
  const message =
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
  throw new S3Error('InvalidRequest', message);
}

/** The value, if it is one of this algorithm; else InvalidRequest. */
export function requireChecksum(algorithm: ChecksumAlgorithm, value: string): string {
  if (isBase64(value, CHECKSUM_BYTES[algorithm])) return value;
  throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
}

function isBase64(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}
