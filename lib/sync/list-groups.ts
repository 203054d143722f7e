import type { Group, ListedFile, ListedGroup, ListedSnapshot } from '../datastore/group.ts';
import type { Entry, Layout } from '../datastore/layout.ts';
import type { ListedObject, ObjectReader } from '../datastore/object-store.ts';
import { readAhead } from './map-ahead.ts';

/**
 * What a listing of one side shows, in its order: namespaces before what they hold, then groups. `order` is the key prefix below
 * the anchor, the same on both sides, by which two listings are merged.
 */
export type Listed =
  | { readonly kind: 'namespace'; readonly order: string; readonly namespace: string }
  | { readonly kind: 'group'; readonly order: string; readonly listed: ListedGroup };

/** A group while its keys come in; S3 lists them together, since all begin with the group's prefix and its slash. */
interface OpenGroup {
  readonly order: string;
  readonly group: Group;
  readonly files: ListedFile[];
  readonly snapshots: { name: string; files: ListedFile[] }[];
}

/**
 * Lists the namespaces and groups at and below the anchor `namespace`, holding one group in memory. It ends normally only
 * when the whole listing was read: a failure is thrown and never looks like an end.
 */
export async function* listGroups(reader: ObjectReader, layout: Layout, namespace: string): AsyncGenerator<Listed> {
  const gatherer = gatherGroups(layout, namespace);
  for await (const page of readAhead(reader.list(layout.metadataPrefix(namespace)))) {
    for (const object of page) yield* gatherer.take(object);
  }
  yield* gatherer.end();
}

/** Puts the keys of a sorted listing together: each key may end the group before it. */
function gatherGroups(layout: Layout, namespace: string): { take(object: ListedObject): Listed[]; end(): Listed[] } {
  const prefix = layout.metadataPrefix(namespace);
  let open: OpenGroup | undefined;

  const end = (): Listed[] => {
    const ended = open === undefined ? [] : [closed(open)];
    open = undefined;
    return ended;
  };
  const take = (object: ListedObject): Listed[] => {
    const entry = layout.parseEntry(object.key);
    if (entry.kind === 'foreign' || (entry.kind === 'namespace' && entry.namespace === namespace)) return [];
    if (entry.kind === 'namespace') {
      return [...end(), { kind: 'namespace', order: object.key.slice(prefix.length), namespace: entry.namespace }];
    }
    const order = layout.groupPrefix(entry.group).slice(prefix.length);
    const ended = open?.order === order ? [] : end();
    open ??= { order, group: entry.group, files: [], snapshots: [] };
    addFile(open, entry, object);
    return ended;
  };
  return { take, end };
}

/** All of one group, empty when the listing shows nothing of it. */
export async function listGroup(reader: ObjectReader, layout: Layout, group: Group): Promise<ListedGroup> {
  const open: OpenGroup = { order: '', group, files: [], snapshots: [] };
  for await (const page of reader.list(layout.groupPrefix(group))) {
    for (const object of page) {
      const entry = layout.parseEntry(object.key);
      if (entry.kind === 'group-file' || entry.kind === 'snapshot-file') addFile(open, entry, object);
    }
  }
  return open;
}

function addFile(open: OpenGroup, entry: Extract<Entry, { group: Group }>, { size, etag }: ListedObject): void {
  const file: ListedFile = { name: entry.name, size, etag };
  if (entry.kind === 'group-file') {
    open.files.push(file);
    return;
  }
  const last = open.snapshots.at(-1);
  if (last?.name === entry.snapshot) last.files.push(file);
  else open.snapshots.push({ name: entry.snapshot, files: [file] });
}

function closed({ order, group, files, snapshots }: OpenGroup): Listed {
  return { kind: 'group', order, listed: { group, files, snapshots } };
}

export function emptyGroup(group: Group): ListedGroup {
  return { group, files: [], snapshots: [] };
}

export function findSnapshot(group: ListedGroup, name: string): ListedSnapshot | undefined {
  return group.snapshots.find((snapshot) => snapshot.name === name);
}
