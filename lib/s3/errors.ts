import { ConfigError, DataError, TransientError } from '../errors.ts';
import type { ErrorOptions, FlotillaError } from '../errors.ts';
import type { FaultKind } from './fault-codes.ts';
import type { Fault } from './faults.ts';
import type { BucketLocation } from './place.ts';

/** What was being done, for people. `permission` is the IAM action it needs. */
export interface Operation {
  readonly name: string;
  readonly permission: string;
  /** Full key, or the prefix of a listing. */
  readonly key?: string;
}

interface Failure {
  readonly location: BucketLocation;
  readonly operation: Operation;
  readonly fault: Fault;
  readonly attempts: number;
  /** Why it was not sent again. */
  readonly note?: string;
}

type Translate = (failure: Failure) => FlotillaError;

const REJECTED_KEYS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the provider does not know this access key: put in a valid one',
  SignatureDoesNotMatch:
    'the secret key does not belong to the access key (or a proxy changes the request): put in the right one',
  ExpiredToken: 'the session token has expired: renew it',
  CredentialsProviderError: 'no credentials were found: give the datastore `credentials`, or this process a role',
};

const TRANSLATIONS: Readonly<Record<FaultKind, Translate>> = {
  'no-key': (failure) => data(failure, 'OBJECT_MISSING', 'the object is not there'),
  'bare-not-found': (failure) =>
    config(
      failure,
      'STORE_ANSWER_INVALID',
      'the answer is a 404 that no S3 server gives: check the endpoint and what stands before it',
    ),
  'no-bucket': (failure) =>
    config(failure, 'DATASTORE_NOT_FOUND', 'there is no such bucket at this endpoint: check `bucket`, `endpoint` and `region`'),
  'no-upload': (failure) => transient(failure, 'UPLOAD_LOST', 'the provider no longer knows the multipart upload'),
  precondition: (failure) => data(failure, 'SOURCE_CHANGED', 'the object has changed since it was listed'),
  conflict: (failure) => transient(failure, 'STORE_CONFLICT', 'another write to the same key was under way'),
  'not-implemented': (failure) => config(failure, 'STORE_UNSUPPORTED', 'the provider does not support this operation'),
  throttled: (failure) => transient(failure, 'STORE_THROTTLED', 'the provider asks to slow down'),
  timeout: (failure) => transient(failure, 'STORE_TIMEOUT', 'no answer in time'),
  unreachable: (failure) => transient(failure, 'STORE_UNREACHABLE', unreachableAdvice(failure)),
  failed: (failure) => transient(failure, 'STORE_FAILED', 'the provider failed'),
  truncated: (failure) => transient(failure, 'SOURCE_TRUNCATED', 'the body does not have the length that was declared'),
  corrupted: (failure) => transient(failure, 'UPLOAD_CORRUPTED', 'the provider received other bytes than were sent'),
  denied: (failure) =>
    config(failure, 'STORE_ACCESS_DENIED', `access is denied: allow ${failure.operation.permission} to these credentials`),
  credentials: (failure) =>
    config(
      failure,
      'STORE_CREDENTIALS_REJECTED',
      REJECTED_KEYS[failure.fault.code] ?? 'the provider rejects the credentials: check them',
    ),
  clock: (failure) => config(failure, 'CLOCK_SKEWED', "this machine's clock is more than 15 minutes off: set it by NTP"),
  region: (failure) => config(failure, 'WRONG_REGION', regionAdvice(failure)),
  certificate: (failure) => config(failure, 'CERTIFICATE_REFUSED', certificateAdvice(failure.location)),
  'unknown-host': (failure) =>
    config(
      failure,
      'ENDPOINT_UNKNOWN',
      `the host of ${failure.location.endpoint ?? 'AWS S3'} is not known: check \`endpoint\` and \`region\``,
    ),
  full: (failure) => config(failure, 'STORE_FULL', 'the storage or its quota is full: make room or raise it'),
  archived: (failure) => data(failure, 'OBJECT_ARCHIVED', 'the object is in an archive storage class: restore it first'),
  range: (failure) => data(failure, 'RANGE_NOT_SATISFIABLE', 'the object ends before the bytes that were asked for'),
  'key-too-long': (failure) => data(failure, 'KEY_TOO_LONG', 'the key is longer than 1024 bytes: use a shorter prefix'),
  'md5-required': (failure) => config(failure, 'STORE_REFUSED', 'the provider refuses the upload without a checksum it knows'),
  refused: (failure) => config(failure, 'STORE_REFUSED', 'the provider refuses the request'),
};

/** The one translation of a failed request into the error that says what happens next and what to do. */
export function translate(
  location: BucketLocation,
  operation: Operation,
  answer: { fault: Fault; attempts: number; note?: string },
): FlotillaError {
  return TRANSLATIONS[answer.fault.kind]({ location, operation, ...answer });
}

/** A provider's answer that breaks S3's rules: believing it could lose data. */
export function invalidAnswer(location: BucketLocation, operation: Operation, what: string): ConfigError {
  return new ConfigError(
    'STORE_ANSWER_INVALID',
    `${subject(location, operation)}: ${what}: check the endpoint and what stands before it`,
    contextOf(location, operation),
  );
}

/** `datastore main: GET main/.cnt/.. in bucket pbs-main`. */
export function subject(location: BucketLocation, operation: Operation): string {
  const key = operation.key === undefined ? '' : ` ${operation.key}`;
  return `datastore ${location.id}: ${operation.name}${key} in bucket ${location.bucket}`;
}

/** The names of what failed. */
export function contextOf(location: BucketLocation, operation: Operation): ErrorOptions {
  return { context: { datastore: location.id, ...(operation.key === undefined ? {} : { key: operation.key }) } };
}

function regionAdvice({ location, fault }: Failure): string {
  const said = `\`region\` is ${location.region}`;
  return fault.region === undefined
    ? `the bucket is in another region (${said}): put in the one it is in`
    : `the bucket is in ${fault.region} (${said}): set it to ${fault.region}`;
}

/** What to look at, by what the socket said. */
function unreachableAdvice({ location: { endpoint = 'AWS S3' }, fault: { code } }: Failure): string {
  const advice = UNREACHABLE[code] ?? 'the connection broke: look at the endpoint and at what stands before it (proxy, firewall)';
  return `no connection to ${endpoint}: ${advice}`;
}

const NO_WAY = 'there is no way to it: check `endpoint`, and network, VPN and firewall of this machine';
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check that the server runs, and `endpoint` and its port',
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ENETDOWN: NO_WAY,
  EAI_AGAIN: 'the name server does not answer: check the network of this machine',
  EPROTO: 'TLS was refused: check whether `endpoint` is http or https',
};

function certificateAdvice(location: BucketLocation): string {
  if (location.fingerprint !== undefined)
    return 'the certificate is not the pinned one: if it was renewed, put in the new `fingerprint`';
  return 'the certificate is not trusted: give its authority as `ca-file`, or pin the certificate by `fingerprint`';
}

function describe({ location, operation, fault, attempts, note }: Failure, what: string): string {
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const why = note === undefined ? '' : `; ${note}`;
  return `${subject(location, operation)}: ${what} (${fault.code}: ${fault.message}${tries}${why})`;
}

function options({ location, operation, fault }: Failure): ErrorOptions {
  return { ...contextOf(location, operation), cause: fault.cause };
}

const transient = (failure: Failure, code: string, what: string): FlotillaError =>
  new TransientError(code, describe(failure, what), options(failure));

const data = (failure: Failure, code: string, what: string): FlotillaError =>
  new DataError(code, describe(failure, what), options(failure));

const config = (failure: Failure, code: string, what: string): FlotillaError =>
  new ConfigError(code, describe(failure, what), options(failure));
