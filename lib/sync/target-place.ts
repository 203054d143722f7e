import { endpointSpace } from '../datastore/endpoint-space.ts';
import type { DatastoreLocation } from '../datastore/location.ts';

/** A datastore's place as one text, the same for every job and run that writes there: `<endpoint or aws>/<bucket>/<prefix>`. */
export function targetPlace({ endpoint, bucket, prefix }: Pick<DatastoreLocation, 'endpoint' | 'bucket' | 'prefix'>): string {
  return [endpointSpace(endpoint), bucket, prefix].join('/');
}
