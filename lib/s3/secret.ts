import { ConfigError } from '../errors.ts';
import { readSecret, secretMembers } from '../secrets/read-secret.ts';
import type { BucketLocation, Environment } from './place.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration: Date;
}

// The SDK asks again five minutes before `expiration`: so a secret is read once in five minutes, and a rotation noticed by then.
const EXPIRATION_MS = 10 * 60_000;

/**
 * Keys out of a secret of AWS Secrets Manager, by name or ARN: JSON with `accessKeyId` and `secretAccessKey` (or `access-key` and
 * `secret-key`), and `sessionToken` (`session-token`) where there is one.
 */
export function secretProvider(location: BucketLocation, secret: string, environment: Environment): () => Promise<Keys> {
  const { id, region } = location;
  const reader = { environment, region, who: `datastore ${id}`, context: { datastore: id } };
  return async () => parseKeys(location, secret, await readSecret(secret, reader));
}

function parseKeys(location: BucketLocation, secret: string, text: string): Keys {
  const members = secretMembers(text);
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
