import { ConfigError, type FlotillaError, TransientError } from '../errors.ts';

/** Names that DynamoDB gives to answers of the kind "later": Developer Guide, "Error handling with DynamoDB". */
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);

const DENIED = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

const UNREACHABLE = new Set([
  'TimeoutError',
  'InternalServerError',
  'ServiceUnavailable',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What the SDK threw as a `FlotillaError`; `undefined` when it is neither the table's state nor the way to it: a bug. */
export function translateTableError(error: unknown, table: string): FlotillaError | undefined {
  const names = namesOf(error);
  const is = (set: ReadonlySet<string>): boolean => names.some((name) => set.has(name));
  const options = { cause: error };
  if (is(THROTTLED))
    return new TransientError('TABLE_THROTTLED', `table ${table} throttles; the call is worth repeating`, options);
  if (names.includes('ResourceNotFoundException')) {
    return new ConfigError(
      'TABLE_NOT_FOUND',
      `there is no table ${table}; deploy the Flotilla stack or correct the name`,
      options,
    );
  }
  if (isWithoutRegion(error)) {
    const advice = 'set AWS_REGION, or name a profile that has one';
    return new ConfigError('TABLE_REGION_MISSING', `the region of table ${table} is not known; ${advice}`, options);
  }
  if (is(DENIED)) {
    const advice = 'check the credentials and the permissions of this role on it';
    return new ConfigError('TABLE_ACCESS_DENIED', `access to table ${table} is denied; ${advice}`, options);
  }
  if (is(UNREACHABLE) || statusOf(error) >= 500) {
    return new TransientError('TABLE_UNREACHABLE', `table ${table} can not be reached; the call is worth repeating`, options);
  }
  return undefined;
}

/** The SDK's own words: it gives this error no name. */
function isWithoutRegion(error: unknown): boolean {
  return error instanceof Error && error.message === 'Region is missing';
}

/** Whether this is the one answer that says that a write's condition did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** The error's name and system code, and the codes of what it wraps: one error per address tried. */
function namesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(namesOf) : [];
  return [error.name, ...code, ...inner];
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
}
