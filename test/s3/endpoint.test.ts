import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startObjectStore } from '../../lib/local/object-store/server.ts';
import { describeS3Endpoint } from '../contract/s3-endpoint.ts';
import type { S3EndpointUnderTest } from '../contract/s3-endpoint/workbench.ts';

/** Set by `npm run test:s3 -- --endpoint URL --bucket B`; without it the suite runs against the embedded store. */
const { FLOTILLA_S3_ENDPOINT: outside } = process.env;

describeS3Endpoint(outside ?? 'the embedded store', outside === undefined ? openEmbedded : () => openOutside(outside));

async function openEmbedded(): Promise<S3EndpointUnderTest> {
  const root = await mkdtemp(path.join(tmpdir(), 'flotilla-objects-'));
  const server = await startObjectStore({ root, buckets: ['contract'] });
  const { endpoint, region, credentials } = server;
  const close = async (): Promise<void> => {
    await server.close();
    await rm(root, { recursive: true, force: true });
  };
  return { endpoint, region, credentials, bucket: 'contract', forcePathStyle: true, close };
}

async function openOutside(endpoint: string): Promise<S3EndpointUnderTest> {
  const { env } = process;
  const sessionToken = env.AWS_SESSION_TOKEN;
  return {
    endpoint,
    region: env.FLOTILLA_S3_REGION ?? 'us-east-1',
    bucket: env.FLOTILLA_S3_BUCKET ?? '',
    forcePathStyle: env.FLOTILLA_S3_PATH_STYLE === 'true',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    close: () => Promise.resolve(),
  };
}
