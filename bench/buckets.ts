import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { noRequests } from '../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore, type S3Datastore } from '../lib/s3/open-datastore.ts';
import type { S3Server } from './servers.ts';

export const SOURCE_BUCKET = 'flotilla-bench-source';
export const TARGET_BUCKET = 'flotilla-bench-target';
/** The datastore's name on both sides. */
export const PREFIX = 'main';

export type OpenServer = Pick<S3Server, 'endpoint' | 'accessKeyId' | 'secretAccessKey' | 'region'>;

/** Makes the bucket, which may be there already. */
export async function makeBucket(server: OpenServer, bucket: string): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  } finally {
    client.destroy();
  }
}

/** Works on the datastore in a bucket, through Flotilla's own adapter. */
export async function withDatastore<T>(
  server: OpenServer,
  bucket: string,
  work: (datastore: S3Datastore) => Promise<T>,
): Promise<T> {
  const environment = { BENCH_ACCESS_KEY_ID: server.accessKeyId, BENCH_SECRET_ACCESS_KEY: server.secretAccessKey };
  const { endpoint, region } = server;
  const location = { id: bucket, bucket, prefix: PREFIX, region, endpoint, pathStyle: true, credentials: 'env:BENCH' };
  const connection = createS3Connection(location, environment, { connections: 32 });
  try {
    return await work(openDatastore(connection, noRequests()));
  } finally {
    connection.close();
  }
}

/** Deletes the datastore in the target's bucket, if there is one. */
export async function emptyTarget(server: OpenServer): Promise<void> {
  await makeBucket(server, TARGET_BUCKET);
  await withDatastore(server, TARGET_BUCKET, async (datastore) => {
    for await (const page of datastore.list('')) await datastore.delete(page.map(({ key }) => key));
  });
}
