import { S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { startObjectStore } from '../../../lib/local/object-store/server.ts';
import type { ObjectStoreOptions, ObjectStoreServer } from '../../../lib/local/object-store/server.ts';

export interface OpenStore {
  readonly root: string;
  readonly server: ObjectStoreServer;
  /** Never tries again, so that each request of a test is one request. */
  readonly client: S3Client;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flotilla-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store with the bucket `box`, closed after the test. */
export async function openStore(options: Partial<ObjectStoreOptions> = {}): Promise<OpenStore> {
  const root = options.root ?? (await temporaryFolder());
  const server = await startObjectStore({ root, buckets: ['box'], ...options });
  const client = clientOf(server);
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { root, server, client };
}

export function clientOf(server: ObjectStoreServer): S3Client {
  const { endpoint, region, credentials } = server;
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
}
