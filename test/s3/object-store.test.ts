import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startObjectStore } from '../../lib/local/object-store/server.ts';
import type { ObjectStoreServer } from '../../lib/local/object-store/server.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import type { BucketLocation } from '../../lib/s3/open-datastore.ts';
import { describeObjectStore } from '../contract/object-store.ts';

let root: string;
let server: ObjectStoreServer;
let stores = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flotilla-s3-'));
  server = await startObjectStore({ root, buckets: ['bucket'] });
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** The location of a datastore in the embedded object store. */
function locate(prefix: string): BucketLocation {
  return {
    id: prefix,
    bucket: 'bucket',
    prefix,
    region: server.region,
    endpoint: server.endpoint,
    pathStyle: true,
    credentials: 'env:LOCAL',
  };
}

describeObjectStore('S3 datastore', () => {
  const keys = {
    LOCAL_ACCESS_KEY_ID: server.credentials.accessKeyId,
    LOCAL_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const prefix = `s${++stores}-`;
  const connections = [locate(prefix), locate(`${prefix}0`)].map((location) => createS3Connection(location, keys));
  const [store, neighbour] = connections.map((connection) => ({ connection, counts: noRequests() }));
  if (store === undefined || neighbour === undefined) throw new Error('two connections');
  return Promise.resolve({
    store: openDatastore(store.connection, store.counts),
    neighbour: openDatastore(neighbour.connection, neighbour.counts),
    counts: store.counts,
    bucket: 'bucket',
    prefix: `${prefix}/`,
    close: () => {
      for (const connection of connections) connection.close();
      return Promise.resolve();
    },
  });
});
