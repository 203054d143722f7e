import { FlotillaError } from '../errors.ts';

/**
 * What a failed request amounts to. `no-key` is the provider's exact word that the object is not there; a 404 without that word is
 * `bare-not-found`, which only a HEAD may have.
 */
export type FaultKind =
  | 'no-key'
  | 'bare-not-found'
  | 'no-bucket'
  | 'no-upload'
  | 'precondition'
  | 'conflict'
  | 'not-implemented'
  | 'throttled'
  | 'timeout'
  | 'unreachable'
  | 'failed'
  | 'truncated'
  | 'corrupted'
  | 'denied'
  | 'credentials'
  | 'clock'
  | 'region'
  | 'certificate'
  | 'unknown-host'
  | 'full'
  | 'archived'
  | 'range'
  | 'key-too-long'
  | 'md5-required'
  | 'refused';

/** One failed request, in the adapter's own words. */
export interface Fault {
  readonly kind: FaultKind;
  /** The provider's or the operating system's code. */
  readonly code: string;
  readonly message: string;
  /** Whether the same request may succeed when sent again. */
  readonly retry: boolean;
  /** The region the bucket is really in, where the provider said so. */
  readonly region?: string;
  readonly retryAfterMs?: number;
  readonly cause: unknown;
}

const RETRIED: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'conflict',
  'throttled',
  'timeout',
  'unreachable',
  'failed',
  'truncated',
  'corrupted',
  'unknown-host',
]);

// S3 "Error responses" (List of error codes), with the codes of MinIO, Ceph and the node sockets beside them.
const CODES: Readonly<Record<string, FaultKind>> = {
  NoSuchKey: 'no-key',
  NotFound: 'bare-not-found',
  NoSuchBucket: 'no-bucket',
  NoSuchUpload: 'no-upload',
  PreconditionFailed: 'precondition',
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  NotImplemented: 'not-implemented',
  SlowDown: 'throttled',
  SlowDownRead: 'throttled',
  SlowDownWrite: 'throttled',
  ServiceUnavailable: 'throttled',
  TooManyRequests: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  RequestTimeout: 'timeout',
  TimeoutError: 'timeout',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ECONNABORTED: 'unreachable',
  EPIPE: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EPROTO: 'unreachable',
  ERR_STREAM_PREMATURE_CLOSE: 'unreachable',
  ENOTFOUND: 'unknown-host',
  InternalError: 'failed',
  IncompleteBody: 'corrupted',
  BadDigest: 'corrupted',
  InvalidDigest: 'corrupted',
  XAmzContentSHA256Mismatch: 'corrupted',
  XAmzContentChecksumMismatch: 'corrupted',
  ResponseTruncated: 'truncated',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  AccountProblem: 'denied',
  Forbidden: 'denied',
  InvalidAccessKeyId: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  InvalidToken: 'credentials',
  TokenRefreshRequired: 'credentials',
  NotSignedUp: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  RequestTimeTooSkewed: 'clock',
  RequestExpired: 'clock',
  RequestInTheFuture: 'clock',
  PermanentRedirect: 'region',
  TemporaryRedirect: 'region',
  IllegalLocationConstraintException: 'region',
  QuotaExceeded: 'full',
  InsufficientStorage: 'full',
  XMinioStorageFull: 'full',
  InvalidObjectState: 'archived',
  InvalidRange: 'range',
  KeyTooLongError: 'key-too-long',
};

const STATUSES: Readonly<Record<number, FaultKind>> = {
  301: 'region',
  307: 'region',
  401: 'credentials',
  403: 'denied',
  404: 'bare-not-found',
  408: 'timeout',
  409: 'conflict',
  412: 'precondition',
  416: 'range',
  429: 'throttled',
  501: 'not-implemented',
  503: 'throttled',
  507: 'full',
};

// OpenSSL's verification codes as node names them, and the pinning agent's own.
const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|HOSTNAME_MISMATCH|FINGERPRINT_MISMATCH|INVALID_CA|INVALID_PURPOSE/;

// What the SDK calls an answer that has no code of its own.
const NAMELESS: ReadonlySet<string> = new Set(['Error', 'Unknown', 'UnknownError', '']);

/** The parts of an SDK or socket error that are looked at. */
interface RawError extends Error {
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The fault behind an error that the SDK or a socket threw; undefined when it is neither: then it is a bug and stays one. */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || error instanceof FlotillaError) return undefined;
  const raw = error as RawError;
  const code = codeOf(raw);
  const kind = kindOf(raw, code);
  if (kind === undefined) return undefined;
  const region = regionOf(raw);
  const retryAfterMs = retryAfterOf(raw);
  return {
    kind,
    code,
    message: NAMELESS.has(raw.message) ? 'no reason given' : (raw.message.split('\n')[0] ?? ''),
    // The SDK measures the provider's clock from such an answer and signs the next request by it.
    retry: RETRIED.has(kind) || (kind === 'clock' && raw.$metadata?.clockSkewCorrected === true),
    cause: error,
    ...(region === undefined ? {} : { region }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** The kind that a provider's error code stands for, where it is a known one: bulk answers name one for each key. */
export function kindOfCode(code: string): FaultKind | undefined {
  return Object.hasOwn(CODES, code) ? CODES[code] : undefined;
}

function codeOf(raw: RawError): string {
  if (raw.name !== 'Error' && kindOfCode(raw.name) !== undefined) return raw.name;
  const code = [raw.Code, raw.code, raw.name].find((each) => typeof each === 'string' && !NAMELESS.has(each));
  return typeof code === 'string' ? code : `HTTP ${raw.$metadata?.httpStatusCode ?? 'without a status'}`;
}

function kindOf(raw: RawError, code: string): FaultKind | undefined {
  const status = raw.$metadata?.httpStatusCode;
  if (code === 'AuthorizationHeaderMalformed') return regionOf(raw) === undefined ? 'credentials' : 'region';
  if (code === 'InvalidRequest' && /content-md5/i.test(raw.message)) return 'md5-required';
  const known = kindOfCode(code);
  if (known !== undefined) return known;
  if (CERTIFICATE.test(code)) return 'certificate';
  if (code.startsWith('HPE_')) return 'failed'; // node's parser met an answer that is not HTTP
  if (status === undefined) return undefined;
  return kindOfStatus(status);
}

function kindOfStatus(status: number): FaultKind {
  const known = STATUSES[status];
  if (known !== undefined) return known;
  // A 2xx that failed is an answer that could not be parsed: cut off, or not from S3.
  return status >= 500 || status < 300 ? 'failed' : 'refused';
}

function regionOf(raw: RawError): string | undefined {
  const header = raw.$response?.headers?.['x-amz-bucket-region'];
  if (header !== undefined) return header;
  if (typeof raw.Region === 'string') return raw.Region;
  return /expecting '([a-z0-9-]+)'/.exec(raw.message)?.[1];
}

function retryAfterOf(raw: RawError): number | undefined {
  const seconds = Number(raw.$response?.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
