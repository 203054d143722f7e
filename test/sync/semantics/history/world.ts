import { createHash } from 'node:crypto';
import type { StoredObject } from '../../../../lib/datastore/object-store.ts';
import type { MemoryObjectStore } from '../../../support/memory-object-store.ts';
import type { MemoryCloud } from '../../../support/memory-run.ts';
import type { ModelGroup, ModelOptions, ModelStore } from '../model.ts';
import { nameOf, namespaceOf } from '../model-scope.ts';
import { namespaceFolder, type Pool } from './pool.ts';

/** Both sides in the model's words, and the real ones. */
export interface History {
  readonly pool: Pool;
  readonly cloud: MemoryCloud;
  readonly anchors: Pick<ModelOptions, 'namespace' | 'targetNamespace'>;
  readonly source: ModelStore;
  target: ModelStore;
  /** What manifests of the source said, by ETag. */
  readonly markers: Map<string, string>;
  /** Snapshots in reach at each run, by its id. */
  readonly held: Map<string, { readonly reach: string; readonly snapshots: number }>;
}

export function emptyStore(): ModelStore {
  return { groups: new Map(), namespaces: new Set(), chunks: new Set(), failed: new Set(), inUse: false };
}

export function newGroup(owner: string | undefined): ModelGroup {
  return { owner, notes: undefined, snapshots: new Map() };
}

export const MANIFEST = 'index.json.blob';
export const LOG = 'client.log.blob';

/** `.cnt/ns/a/host/web/` */
export function groupFolder(label: string): string {
  return `${namespaceFolder(namespaceOf(label))}${nameOf(label)}/`;
}

/** `.cnt/ns/a/host/web/2025-11-01T08:00:00Z/`. The names of a group's days are the same on both sides; `label` is the source's. */
export function snapshotFolder({ pool }: Pick<History, 'pool'>, label: string, day: number, at = label): string {
  return `${groupFolder(at)}${pool.groups.get(label)![day - 1]!.name}/`;
}

export const chunkKey = (digest: string): string => `.chunks/${digest.slice(0, 4)}/${digest}`;

function stored(bytes: Buffer): StoredObject {
  return { bytes, size: bytes.length, etag: createHash('md5').update(bytes).digest('hex') };
}

/** Writes behind everybody's back, as PBS or a person does. */
export function write(store: MemoryObjectStore, key: string, bytes: Buffer | string): void {
  store.objects.set(`${store.prefix}${key}`, stored(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
}

export function take(store: MemoryObjectStore, key: string): void {
  store.objects.delete(`${store.prefix}${key}`);
}

export function takeFolder(store: MemoryObjectStore, folder: string): void {
  const prefix = `${store.prefix}${folder}`;
  for (const key of [...store.objects.keys()]) if (key.startsWith(prefix)) store.objects.delete(key);
}

export function read(store: MemoryObjectStore, key: string): Buffer | undefined {
  return store.objects.get(`${store.prefix}${key}`)?.bytes;
}

/** What of the options says where groups are: the anchors, at any depth. */
export function scopeOf({ anchors }: Pick<History, 'anchors'>): ModelOptions {
  return { ...anchors, maxDepth: undefined } as ModelOptions;
}
