import type { ListedObject, ListOptions, ObjectRemover, ObjectWriter, RequestCounts } from '../../lib/datastore/object-store.ts';

/** One empty datastore to try, and another one beside it in the same bucket whose prefix is this one's and a digit more. */
export interface ObjectStoreFixture {
  readonly store: ObjectWriter & ObjectRemover;
  readonly counts: RequestCounts;
  readonly neighbour: ObjectWriter;
  readonly bucket: string;
  /** The datastore's prefix in the bucket, with its closing slash. */
  readonly prefix: string;
  close(): Promise<void>;
}

/** The fixture of the test that is running. */
export type Fixture = () => ObjectStoreFixture;

export const MIB = 1024 * 1024;
export const bytes = (text: string): Buffer => Buffer.from(text);

/** All pages of a listing. */
export async function list(store: ObjectWriter, prefix: string, options?: ListOptions): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of store.list(prefix, options)) objects.push(...page);
  return objects;
}
