import type { ObjectRemover, ObjectWriter, RequestCounts } from '../datastore/object-store.ts';
import type { Paces } from '../datastore/pace.ts';
import type { S3Connection } from './connection.ts';
import { deleteObjects } from './remover.ts';
import type { Store } from './request.ts';
import { createWriter } from './writer.ts';

export { bucketLocation, createS3Connection } from './connection.ts';
export type { ConnectionOptions, S3Connection } from './connection.ts';
export type { BucketLocation, Environment } from './place.ts';

/** All sides of one datastore; hand on only the side that is needed. */
export type S3Datastore = ObjectWriter & ObjectRemover;

/**
 * Opens a datastore, or a whole bucket, on a shared connection; each request that it sends is added to `counts`, and goes at the
 * `paces` that are given.
 */
export function openDatastore(connection: S3Connection, counts: RequestCounts, paces: Paces = {}): S3Datastore {
  const { prefix } = connection.location;
  const store: Store = { connection, counts, paces, prefix: prefix === '' ? '' : `${prefix}/` };
  return { ...createWriter(store), delete: (keys) => deleteObjects(store, keys) };
}
