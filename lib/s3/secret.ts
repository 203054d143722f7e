import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { ConfigError, TransientError } from '../errors.ts';
import type { BucketLocation, Environment } from './place.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration: Date;
}

// The SDK asks again five minutes before `expiration`: so a secret is read once in five minutes, and a rotation noticed by then.
const EXPIRATION_MS = 10 * 60_000;

const DENIED = new Set(['AccessDeniedException', 'UnrecognizedClientException', 'DecryptionFailure', 'CredentialsProviderError']);
const MISSING = new Set([
  'ResourceNotFoundException',
  'InvalidRequestException',
  'ValidationException',
  'InvalidParameterException',
]);

/**
 * Keys out of a secret of AWS Secrets Manager, by name or ARN: JSON with `accessKeyId` and `secretAccessKey` (or `access-key` and
 * `secret-key`), and `sessionToken` (`session-token`) where there is one.
 */
export function secretProvider(location: BucketLocation, secret: string, environment: Environment): () => Promise<Keys> {
  return async () => {
    const answer = await readSecret(location, secret, environment);
    return parseKeys(location, secret, answer.SecretString ?? '');
  };
}

async function readSecret(
  location: BucketLocation,
  secret: string,
  environment: Environment,
): Promise<GetSecretValueCommandOutput> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(secretClientConfig(location, secret, environment));
  try {
    return await client.send(new GetSecretValueCommand({ SecretId: secret }));
  } catch (cause) {
    throw translateSecret(location, secret, cause);
  } finally {
    client.destroy();
  }
}

function secretClientConfig(location: BucketLocation, secret: string, environment: Environment): Record<string, unknown> {
  // arn:aws:secretsmanager:<region>:<account>:secret:<name>
  const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secret)?.[1] ?? environment['AWS_REGION'] ?? location.region;
  const endpoint = environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'];
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return {
    region,
    ...(endpoint ? { endpoint } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey, sessionToken } } : {}),
  };
}

function translateSecret(location: BucketLocation, secret: string, cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  const options = { context: { datastore: location.id }, cause };
  const what = `datastore ${location.id}: secret ${secret}`;
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

function parseKeys(location: BucketLocation, secret: string, text: string): Keys {
  const members = parseObject(text);
  const accessKeyId = members['accessKeyId'] ?? members['access-key'];
  const secretAccessKey = members['secretAccessKey'] ?? members['secret-key'];
  const sessionToken = members['sessionToken'] ?? members['session-token'];
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new ConfigError(
      'SECRET_INVALID',
      `datastore ${location.id}: secret ${secret} must be JSON with accessKeyId and secretAccessKey (or access-key and secret-key)`,
      { context: { datastore: location.id } },
    );
  }
  const expiration = new Date(Date.now() + EXPIRATION_MS);
  return { accessKeyId, secretAccessKey, expiration, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // said as SECRET_INVALID, without a parser's quotation of the secret
  }
}
