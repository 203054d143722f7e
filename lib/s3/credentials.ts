import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { ConfigError } from '../errors.ts';
import { secretProvider } from './secret.ts';
import type { BucketLocation, Environment } from './place.ts';

type Credentials = NonNullable<S3ClientConfig['credentials']>;

/**
 * What `credentials` of a datastore stands for: `env:<NAME>`, `profile:<name>`, `secret:<name or ARN>`; absent: the AWS_ variables of
 * `environment`, else `undefined`, which leaves it to the SDK's default chain (the function's role).
 */
export function resolveCredentials(location: BucketLocation, environment: Environment): Credentials | undefined {
  const spec = location.credentials;
  if (spec === undefined) return environmentKeys('AWS', environment);
  const [, form, name] = /^(env|profile|secret):(.+)$/.exec(spec) ?? [];
  if (form === 'env' && name !== undefined) return environmentKeys(name, environment) ?? missing(location, name);
  if (form === 'profile' && name !== undefined) return profileProvider(location, name, environment);
  if (form === 'secret' && name !== undefined) return secretProvider(location, name, environment);
  throw new ConfigError(
    'CREDENTIALS_INVALID',
    `datastore ${location.id}: credentials ${spec} is none of env:<NAME>, profile:<name>, secret:<name or ARN>`,
    { context: { datastore: location.id } },
  );
}

function environmentKeys(name: string, environment: Environment): Credentials | undefined {
  const accessKeyId = environment[`${name}_ACCESS_KEY_ID`];
  const secretAccessKey = environment[`${name}_SECRET_ACCESS_KEY`];
  const sessionToken = environment[`${name}_SESSION_TOKEN`];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function missing(location: BucketLocation, name: string): never {
  throw new ConfigError(
    'CREDENTIALS_MISSING',
    `datastore ${location.id}: credentials env:${name} needs the environment variables ${name}_ACCESS_KEY_ID and ${name}_SECRET_ACCESS_KEY`,
    { context: { datastore: location.id } },
  );
}

function profileProvider(location: BucketLocation, profile: string, environment: Environment): Credentials {
  return async (input) => {
    // Loaded when it is needed: a Lambda function has no profiles.
    const { fromIni } = await import('@aws-sdk/credential-providers');
    const filepath = environment['AWS_SHARED_CREDENTIALS_FILE'];
    const configFilepath = environment['AWS_CONFIG_FILE'];
    const files = { ...(filepath ? { filepath } : {}), ...(configFilepath ? { configFilepath } : {}) };
    try {
      return await fromIni({ profile, ignoreCache: true, ...files })(input);
    } catch (cause) {
      throw new ConfigError(
        'CREDENTIALS_MISSING',
        `datastore ${location.id}: the profile ${profile} gives no credentials: look into ~/.aws/credentials and ~/.aws/config`,
        { context: { datastore: location.id }, cause },
      );
    }
  };
}
