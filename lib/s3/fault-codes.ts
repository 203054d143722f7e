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
  'KMS.ThrottlingException': 'throttled',
  RateLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
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
  ProtocolError: 'failed',
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

/** The kind that a provider's error code stands for, where it is a known one: bulk answers name one for each key. */
export function kindOfCode(code: string): FaultKind | undefined {
  return Object.hasOwn(CODES, code) ? CODES[code] : undefined;
}

/** The kind that a status alone stands for. */
export function kindOfStatus(status: number): FaultKind {
  const known = STATUSES[status];
  if (known !== undefined) return known;
  // A 2xx that failed is an answer that could not be parsed: cut off, or not from S3.
  return status >= 500 || status < 300 ? 'failed' : 'refused';
}
