import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { ConfigError, TransientError, type ErrorContext } from '../errors.ts';

/** The environment variables of the process, handed in. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Who wants a secret, and from where. */
export interface SecretReader {
  readonly environment: Environment;
  /** For messages: `datastore offsite`. */
  readonly who: string;
  readonly context?: ErrorContext;
  /** Where neither an ARN nor the environment says it. */
  readonly region?: string;
}

const DENIED = new Set(['AccessDeniedException', 'UnrecognizedClientException', 'DecryptionFailure', 'CredentialsProviderError']);
const MISSING = new Set([
  'ResourceNotFoundException',
  'InvalidRequestException',
  'ValidationException',
  'InvalidParameterException',
]);

/** Whoever waits for a secret holds a lock or a message meanwhile. */
const CONNECT_MS = 3_000;
const REQUEST_MS = 8_000;

/** The text of a secret of AWS Secrets Manager, by name or ARN. Throws a `ConfigError` where an operator has to act, else a `TransientError`. */
export async function readSecret(secret: string, reader: SecretReader): Promise<string> {
  const answer = await askFor(secret, reader);
  return answer.SecretString ?? '';
}

async function askFor(secret: string, reader: SecretReader): Promise<GetSecretValueCommandOutput> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(clientConfig(secret, reader));
  try {
    return await client.send(new GetSecretValueCommand({ SecretId: secret }));
  } catch (cause) {
    throw translate(secret, reader, cause);
  } finally {
    client.destroy();
  }
}

function clientConfig(secret: string, { environment, region: fallback }: SecretReader): Record<string, unknown> {
  // arn:aws:secretsmanager:<region>:<account>:secret:<name>
  const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secret)?.[1] ?? environment['AWS_REGION'] ?? fallback;
  const endpoint = environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'];
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return {
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(endpoint ? { endpoint } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey, sessionToken } } : {}),
  };
}

function translate(secret: string, { who, context = {} }: SecretReader, cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  const options = { context, cause };
  const what = `${who}: secret ${secret}`;
  if (MISSING.has(cause.name))
    return new ConfigError('SECRET_MISSING', `${what} is not there: check its name and region`, options);
  if (DENIED.has(cause.name))
    return new ConfigError(
      'SECRET_DENIED',
      `${what} may not be read: allow secretsmanager:GetSecretValue (and its KMS key)`,
      options,
    );
  return new TransientError('SECRET_UNREACHABLE', `${what} could not be read: ${cause.message}`, options);
}

/** The members of a secret that is JSON; none where it is not. */
export function secretMembers(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // its caller says so, without a parser's quotation of the secret
  }
}
