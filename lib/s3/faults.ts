import { FlotillaError } from '../errors.ts';
import { kindOfCode, kindOfStatus } from './fault-codes.ts';
import type { FaultKind } from './fault-codes.ts';

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
    message: messageOf(raw),
    retry: isRetried(raw, kind),
    cause: error,
    ...(region === undefined ? {} : { region }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function messageOf(raw: RawError): string {
  return NAMELESS.has(raw.message) ? 'no reason given' : raw.message.replace(/\n.*/s, '');
}

function isRetried(raw: RawError, kind: FaultKind): boolean {
  // From such an answer the SDK measures the provider's clock, and signs the next request by it.
  return RETRIED.has(kind) || (kind === 'clock' && raw.$metadata?.clockSkewCorrected === true);
}

function codeOf(raw: RawError): string {
  // The SDK's HTTP handler calls a connection that was cut a timeout (node-http-handler, NODEJS_TIMEOUT_ERROR_CODES).
  if (raw.name === 'TimeoutError' && (raw.code === 'ECONNRESET' || raw.code === 'EPIPE')) return raw.code;
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
  return kindOfFamily(code) ?? (status === undefined ? undefined : kindOfStatus(status));
}

/** The kind of a code that is one of many alike. */
function kindOfFamily(code: string): FaultKind | undefined {
  if (CERTIFICATE.test(code)) return 'certificate';
  if (code.startsWith('HPE_')) return 'failed'; // node's parser met an answer that is not HTTP
  if (/^ERR_(?:SSL|TLS)_/.test(code)) return 'unreachable'; // no TLS, or none that both sides know
  return undefined;
}

function regionOf(raw: RawError): string | undefined {
  const header = raw.$response?.headers?.['x-amz-bucket-region'];
  if (header !== undefined) return header;
  if (typeof raw.Region === 'string') return raw.Region;
  return /expecting '([a-z0-9-]+)'/.exec(raw.message)?.[1];
}

/** Seconds, or the provider's time of day (RFC 9110 10.2.3), which is told from its own clock where it shows it. */
function retryAfterOf(raw: RawError): number | undefined {
  const { 'retry-after': said, date } = raw.$response?.headers ?? {};
  if (said === undefined) return undefined;
  const now = Date.parse(date ?? '');
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - (Number.isNaN(now) ? Date.now() : now);
  return ms > 0 ? ms : undefined;
}
