import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalRequest } from './canonical-request.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

export interface ObjectStoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Whom the endpoint knows, where it says it is, and what time it is (ms since 1970). `region` absent: any is right. */
export interface SignatureCheck {
  readonly credentials: ObjectStoreCredentials;
  readonly region?: string;
  readonly now: () => number;
}

/** What a verified signature says of the body. */
export interface SignedPayload {
  /** `x-amz-content-sha256` as sent: a hex digest, UNSIGNED-PAYLOAD or one of the STREAMING- words. */
  readonly hash: string;
  readonly seal: Seal;
}

/** What the signatures of chunks are made with. */
export interface Seal {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

interface Authorization {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly day: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** S3 refuses a request whose date is further off than this. */
const MAX_SKEW_MS = 15 * 60_000;

/** Checks a Signature V4 in the Authorization header; a request without one, or presigned in its query, is AccessDenied. */
export function verifySignature(request: S3Request, check: SignatureCheck): SignedPayload {
  const text = header(request, 'authorization');
  if (text === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const authorization = parseAuthorization(text);
  if (authorization.accessKeyId !== check.credentials.accessKeyId) {
    const details = { AWSAccessKeyId: authorization.accessKeyId };
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', details);
  }
  const date = signedDate(request, authorization, check);
  const hash = payloadHash(request);
  const canonical = canonicalRequest(request, authorization.signedHeaders, hash);
  const stringToSign = ['AWS4-HMAC-SHA256', date, authorization.scope, sha256Hex(canonical)].join('\n');
  const key = signingKey(check.credentials, authorization);
  const expected = hmac(key, stringToSign).toString('hex');
  if (!sameSignature(expected, authorization.signature))
    throw signatureMismatch({ StringToSign: stringToSign, CanonicalRequest: canonical });
  return { hash, seal: { key, date, scope: authorization.scope, signature: expected } };
}

function parseAuthorization(text: string): Authorization {
  const matched = /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(text);
  const [, credential = '', signedHeaders = '', signature = ''] = matched ?? [];
  const [accessKeyId = '', day = '', region = '', service, end] = credential.split('/');
  if (service !== 's3' || end !== 'aws4_request') {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed; it must be a Signature V4 for s3');
  }
  const scope = `${day}/${region}/s3/aws4_request`;
  return { accessKeyId, scope, day, region, signedHeaders: signedHeaders.split(';'), signature };
}

function signedDate(request: S3Request, authorization: Authorization, check: SignatureCheck): string {
  if (check.region !== undefined && authorization.region !== check.region) {
    const message = `The authorization header is malformed; the region '${authorization.region}' is wrong; expecting '${check.region}'`;
    throw new S3Error('AuthorizationHeaderMalformed', message, { Region: check.region });
  }
  const date = header(request, 'x-amz-date') ?? '';
  const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time) || !date.startsWith(authorization.day)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  if (Math.abs(check.now() - time) > MAX_SKEW_MS) {
    throw new S3Error('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      RequestTime: date,
      ServerTime: new Date(check.now()).toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    });
  }
  requireSigned(request, authorization.signedHeaders);
  return date;
}

/** S3 wants the host and every x-amz- header signed; without that a header could be slipped in on the way. */
function requireSigned(request: S3Request, signedHeaders: readonly string[]): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  const details = { HeadersNotSigned: unsigned.join(', ') };
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', details);
}

function payloadHash(request: S3Request): string {
  const hash = header(request, 'x-amz-content-sha256');
  if (hash === undefined) throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  if (/^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/.test(hash)) return hash;
  const message =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.';
  throw new S3Error('InvalidArgument', message, { ArgumentName: 'x-amz-content-sha256', ArgumentValue: hash });
}

/** The key of the last day and region, which is nearly always that of the next request. */
const lastKeys = new WeakMap<ObjectStoreCredentials, { readonly scope: string; readonly key: Buffer }>();

function signingKey(credentials: ObjectStoreCredentials, { scope, day, region }: Authorization): Buffer {
  const last = lastKeys.get(credentials);
  if (last?.scope === scope) return last.key;
  const steps = [day, region, 's3', 'aws4_request'];
  const key = steps.reduce<Buffer>((before, step) => hmac(before, step), Buffer.from(`AWS4${credentials.secretAccessKey}`));
  lastKeys.set(credentials, { scope, key });
  return key;
}

export function signatureMismatch(details: Readonly<Record<string, string>> = {}): S3Error {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
  return new S3Error('SignatureDoesNotMatch', message, details);
}

export function sameSignature(expected: string, sent: string): boolean {
  return expected.length === sent.length && timingSafeEqual(Buffer.from(expected), Buffer.from(sent));
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
