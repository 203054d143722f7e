import type { CopySource } from '../datastore/object-store.ts';

/** Where S3 is to copy from, and that version only. */
export function copySource({ bucket, key, etag }: CopySource): { CopySource: string; CopySourceIfMatch?: string } {
  return {
    CopySource: [bucket, ...key.split('/')].map(encodeURIComponent).join('/'),
    ...(etag === undefined ? {} : { CopySourceIfMatch: `"${etag}"` }),
  };
}
