import { endpointSpace } from '../datastore/endpoint-space.ts';

/** Where objects are: two places overlap when an object can be in both. */
export interface Place {
  readonly endpoint?: string | undefined;
  readonly bucket: string;
  readonly prefix: string;
}

/** Whether two datastores share objects: the same bucket, and one prefix is the other or a folder in it. */
export function placesOverlap(a: Place, b: Place): boolean {
  return endpointSpace(a.endpoint) === endpointSpace(b.endpoint) && a.bucket === b.bucket && foldersOverlap(a.prefix, b.prefix);
}

/** Whether one folder (prefix or namespace, '' is the root) is the other or lies in it. */
export function foldersOverlap(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** `aws/bucket/prefix`, for people. */
export function formatPlace(place: Place): string {
  return `${endpointSpace(place.endpoint)}/${place.bucket}/${place.prefix}`;
}

function isWithin(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}
