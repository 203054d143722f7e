import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { bucketLocation, createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import type { Environment } from '../../lib/s3/open-datastore.ts';
import { LOCATION, PLACE, startOddServer } from './odd-server.ts';
import type { Answering } from './odd-server.ts';

/** The access key and session token that a request is signed with. */
async function signedWith(
  credentials: string | undefined,
  environment: Environment,
): Promise<{ key: string; token: string | undefined }> {
  const server = await startOddServer((response) => response.writeHead(200, { etag: '"e"', 'content-length': 0 }).end());
  const location = { ...PLACE, endpoint: server.endpoint, ...(credentials === undefined ? {} : { credentials }) };
  try {
    const connection = createS3Connection(location, environment, { retry: { attempts: 1 } });
    await openDatastore(connection, noRequests()).head('a');
    connection.close();
    const headers = server.seen[0]?.headers;
    const key = /Credential=([^/]+)\//.exec(headers?.authorization ?? '')?.[1] ?? '';
    return { key, token: headers?.['x-amz-security-token'] as string | undefined };
  } finally {
    await server.close();
  }
}

describe('credentials env:', () => {
  const keys = { MAIN_ACCESS_KEY_ID: 'AKMAIN', MAIN_SECRET_ACCESS_KEY: 's' };

  it('reads the keys under this name, and a session token', async () => {
    expect(await signedWith('env:MAIN', keys)).toEqual({ key: 'AKMAIN', token: undefined });
    expect(await signedWith('env:MAIN', { ...keys, MAIN_SESSION_TOKEN: 't' })).toEqual({ key: 'AKMAIN', token: 't' });
  });

  it.each([{}, { MAIN_ACCESS_KEY_ID: 'AKMAIN' }, { ...keys, MAIN_SECRET_ACCESS_KEY: '' }])(
    'names the variables that are missing',
    (environment) => {
      expect(() => createS3Connection({ ...LOCATION, credentials: 'env:MAIN' }, environment)).toThrow(
        expect.objectContaining({
          code: 'CREDENTIALS_MISSING',
          message: expect.stringMatching(/MAIN_ACCESS_KEY_ID and MAIN_SECRET_ACCESS_KEY/) as string,
        }),
      );
    },
  );

  it('takes the AWS variables where no credentials are given', async () => {
    expect(await signedWith(undefined, { AWS_ACCESS_KEY_ID: 'AKAWS', AWS_SECRET_ACCESS_KEY: 's' })).toMatchObject({
      key: 'AKAWS',
    });
  });

  it.each(['vault:x', 'env:', 'MAIN'])('refuses %s', (credentials) => {
    expect(() => createS3Connection({ ...LOCATION, credentials }, {})).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_INVALID' }),
    );
  });
});

describe('credentials profile:', () => {
  it('reads a profile, and says which one is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flotilla-profile-'));
    const file = join(folder, 'credentials');
    try {
      await writeFile(file, '[offsite]\naws_access_key_id = AKPROFILE\naws_secret_access_key = s\n');
      const environment = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder, 'none') };
      expect(await signedWith('profile:offsite', environment)).toMatchObject({ key: 'AKPROFILE' });
      await expect(signedWith('profile:other', environment)).rejects.toMatchObject({
        code: 'CREDENTIALS_MISSING',
        message: expect.stringContaining('profile other') as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('credentials secret:', () => {
  /** What the request is signed with when Secrets Manager answers so, and what Secrets Manager was asked. */
  async function fromSecret(answer: Answering, name = 'flotilla/main') {
    const manager = await startOddServer(answer);
    const environment = {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKROLE',
      AWS_SECRET_ACCESS_KEY: 's',
    };
    try {
      return { ...(await signedWith(`secret:${name}`, environment)), asked: manager.seen };
    } finally {
      await manager.close();
    }
  }

  const secret =
    (content: unknown): Answering =>
    (response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ SecretString: typeof content === 'string' ? content : JSON.stringify(content) }));
    };
  const refusal =
    (status: number, type: string): Answering =>
    (response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: type, message: `said ${type}` }));
    };

  it('reads either spelling', async () => {
    expect(await fromSecret(secret({ accessKeyId: 'AKONE', secretAccessKey: 's', sessionToken: 't' }))).toMatchObject({
      key: 'AKONE',
      token: 't',
    });
    expect(await fromSecret(secret({ 'access-key': 'AKTWO', 'secret-key': 's' }))).toMatchObject({
      key: 'AKTWO',
      token: undefined,
    });
  });

  it('asks in the region that the ARN names', async () => {
    const { asked } = await fromSecret(
      secret({ accessKeyId: 'AK', secretAccessKey: 's' }),
      'arn:aws:secretsmanager:ap-south-1:1:secret:x',
    );
    expect(asked[0]?.headers.authorization).toContain('/ap-south-1/secretsmanager/');
  });

  it('is asked once for many requests', async () => {
    const manager = await startOddServer(secret({ accessKeyId: 'AK', secretAccessKey: 's' }));
    const server = await startOddServer((response) => response.writeHead(200, { etag: '"e"', 'content-length': 0 }).end());
    const environment = {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.endpoint,
      AWS_ACCESS_KEY_ID: 'AKROLE',
      AWS_SECRET_ACCESS_KEY: 's',
    };
    const connection = createS3Connection({ ...LOCATION, endpoint: server.endpoint, credentials: 'secret:x' }, environment);
    const store = openDatastore(connection, noRequests());
    await Promise.all([...Array(10).keys()].map((n) => store.head(`${n}`)));
    connection.close();
    await Promise.all([manager.close(), server.close()]);
    expect(manager.seen).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'AKIDSECRET'],
    ['no keys', { username: 'x' }],
    ['keys that are no text', { accessKeyId: 1, secretAccessKey: 2 }],
    ['no object', 'null'],
  ])('says what a secret must hold when it holds %s, and does not show it', async (_what, content) => {
    const refused = fromSecret(secret(content));
    await expect(refused).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'SECRET_INVALID',
      message: expect.stringContaining('accessKeyId') as string,
    });
    await expect(refused).rejects.not.toThrow('AKIDSECRET');
  });

  it.each([
    [400, 'ResourceNotFoundException', 'ConfigError', 'SECRET_MISSING'],
    [400, 'AccessDeniedException', 'ConfigError', 'SECRET_DENIED'],
    [500, 'InternalServiceError', 'TransientError', 'SECRET_UNREACHABLE'],
  ])('%i %s is a %s %s', async (status, type, name, code) => {
    await expect(fromSecret(refusal(status, type))).rejects.toMatchObject({
      name,
      code,
      message: expect.stringContaining('flotilla/main') as string,
    });
  });
});

describe('bucketLocation', () => {
  it('finds the stand-in where the environment names one', () => {
    expect(bucketLocation('control', { AWS_REGION: 'eu-west-1' })).toEqual({
      id: 'control',
      bucket: 'control',
      prefix: '',
      region: 'eu-west-1',
      pathStyle: false,
    });
    expect(bucketLocation('control', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' })).toMatchObject({
      endpoint: 'http://127.0.0.1:1',
      pathStyle: true,
    });
  });

  it('refuses an endpoint that is no URL', () => {
    for (const endpoint of ['s3.example.com', 'ftp://x', 'https://', 'http//x']) {
      expect(() => createS3Connection({ ...LOCATION, endpoint }, { ANY_ACCESS_KEY_ID: 'a', ANY_SECRET_ACCESS_KEY: 'b' })).toThrow(
        expect.objectContaining({ code: 'ENDPOINT_INVALID' }),
      );
    }
  });
});
