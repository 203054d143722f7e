import { mergeOverrides, type JobDocument } from '../config/job-document.ts';
import { kebabKeys } from '../config/spelling.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import type { ObjectStoreServer } from '../local/object-store/server.ts';

export const SOURCE_BUCKET = 'pbs-main';
export const TARGET_BUCKET = 'pbs-offsite';

/** One side of the demo, as a configuration would describe it. */
export function demoLocation(s3: ObjectStoreServer, id: 'source' | 'target', prefix: string): DatastoreLocation {
  const bucket = id === 'source' ? SOURCE_BUCKET : TARGET_BUCKET;
  return {
    id,
    layout: 'pbs',
    bucket,
    prefix,
    region: s3.region,
    endpoint: s3.endpoint,
    pathStyle: true,
    credentials: 'env:DEMO',
  };
}

/** The variables that `env:DEMO` reads. */
export function demoEnvironment({ credentials }: ObjectStoreServer): Record<string, string> {
  return { DEMO_ACCESS_KEY_ID: credentials.accessKeyId, DEMO_SECRET_ACCESS_KEY: credentials.secretAccessKey };
}

export function demoJob(source: DatastoreLocation, target: DatastoreLocation, workerThreads: number): JobDocument {
  const sides = { source: kebabKeys(source), target: kebabKeys(target) };
  return mergeOverrides({ id: 'demo', ...sides, 'max-worker-threads': workerThreads }, { 'worker-threads': workerThreads });
}
