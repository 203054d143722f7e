import { mergeOverrides, type JobDocument } from '../../lib/config/job-document.ts';
import { kebabKeys } from '../../lib/config/spelling.ts';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';

/** A job between two places as a configuration says it: what is left out of the options has its default. */
export function documentOf(id: string, source: DatastoreLocation, target: DatastoreLocation, options: object = {}): JobDocument {
  return mergeOverrides({ id, ...options, source: kebabKeys(source), target: kebabKeys(target) }, {});
}
