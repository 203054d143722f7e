import type { DatastoreLocation } from '../datastore/location.ts';

/** Where a bucket is and how it is reached; a `DatastoreLocation` is one. `prefix` has no slashes at its ends; '' is the whole bucket. */
export type BucketLocation = Omit<DatastoreLocation, 'layout'>;

/** The environment variables of the process, handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

const AWS_HOST = /\.amazonaws\.com(\.cn)?$/;

/** Whether S3 itself answers there: only then are its own checksum headers known to be honoured. */
export function isAws(location: BucketLocation): boolean {
  return location.endpoint === undefined || AWS_HOST.test(new URL(location.endpoint).hostname);
}

/** Whether requests go over TLS. */
export function isEncrypted(location: BucketLocation): boolean {
  return location.endpoint === undefined || location.endpoint.startsWith('https:');
}
