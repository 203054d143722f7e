import { invalidAnswer } from './errors.ts';
import type { Operation } from './errors.ts';
import type { BucketLocation } from './place.ts';

/** The ETag of an answer without its quotes. Whatever stands before a store may answer 200 too: only S3 says an ETag. */
export function readEtag(location: BucketLocation, operation: Operation, etag: string | undefined): string {
  if (etag === undefined) throw invalidAnswer(location, operation, 'the answer has no ETag');
  return etag.replaceAll('"', '');
}
