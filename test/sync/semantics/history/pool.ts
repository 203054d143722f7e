import { documentOf, isWhole, references } from '../../../support/restorable.ts';
import type { ModelSnapshot } from '../model.ts';

// What the objects of a datastore are is read by hand (facts/pbs.md 1 and 2.1), apart from the code under test.

/** One backup as it is when PBS has finished it, and what the model knows of it. */
export interface PoolSnapshot {
  readonly name: string;
  /** By file name. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly state: Readonly<ModelSnapshot>;
}

/** Every backup there may ever be on a source, made once. */
export interface Pool {
  /** Groups, `host/web` or `a/b:host/web`, in their order; each with its backups, the oldest first: day n is at n - 1. */
  readonly groups: ReadonlyMap<string, readonly PoolSnapshot[]>;
  /** All content by key: damaged chunks, and those that PBS renamed, too. */
  readonly content: ReadonlyMap<string, Buffer>;
  /** Chunks that are whole, by digest. */
  readonly good: ReadonlyMap<string, Buffer>;
}

const SNAPSHOT_KEY = /^\.cnt\/((?:ns\/[^/]+\/)*)([a-z]+\/[^/]+)\/(\d{4}-[^/]+)\/([^/]+)$/;
const CHUNK_KEY = /^\.chunks\/[0-9a-f]{4}\/([0-9a-f]{64})$/;
/** `unencrypted` and its compressed form (facts/pbs.md 1.2). */
const PLAIN_MAGICS = ['42ab3807be8370a1', '31b958426fb6a37f'];

/** `objects` by their key below the datastore's prefix. */
export function poolOf(objects: ReadonlyMap<string, Buffer>): Pool {
  const groups = new Map<string, Map<string, Map<string, Buffer>>>();
  const good = new Map<string, Buffer>();
  for (const [key, bytes] of objects) {
    const digest = goodChunk(key, bytes);
    if (digest !== undefined) good.set(digest, bytes);
    const [, path, group, name, file] = SNAPSHOT_KEY.exec(key) ?? [];
    if (path === undefined || group === undefined || name === undefined || file === undefined) continue;
    const snapshots = within(groups, labelAt(path, group), () => new Map<string, Map<string, Buffer>>());
    within(snapshots, name, () => new Map<string, Buffer>()).set(file, bytes);
  }
  return {
    groups: new Map([...groups].sort(byName).map(([label, snapshots]) => [label, snapshotsOf(snapshots)])),
    content: new Map([...objects].filter(([key]) => key.startsWith('.chunks/'))),
    good,
  };
}

/** The digest in the key of a chunk that is whole. */
export function goodChunk(key: string, bytes: Buffer): string | undefined {
  const digest = CHUNK_KEY.exec(key)?.[1];
  return digest !== undefined && isWhole(bytes, digest, !isPlain(bytes)) ? digest : undefined;
}

/** `ns/a/ns/b/` and `host/web` as `a/b:host/web`. */
export function labelAt(path: string, group: string): string {
  const namespace = path.replaceAll(/ns\/([^/]+)\//g, '$1/').replace(/\/$/, '');
  return namespace === '' ? group : `${namespace}:${group}`;
}

/** `.cnt/ns/a/ns/b/` of `a/b`. */
export function namespaceFolder(namespace: string): string {
  const parts = namespace.split('/').filter((part) => part !== '');
  return ['.cnt/', ...parts.map((part) => `ns/${part}/`)].join('');
}

function within<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function isPlain(blob: Buffer): boolean {
  return PLAIN_MAGICS.includes(blob.toString('hex', 0, 8));
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/** Only what PBS would have finished is a backup to begin with. */
function snapshotsOf(snapshots: ReadonlyMap<string, ReadonlyMap<string, Buffer>>): PoolSnapshot[] {
  const finished = [...snapshots].filter(([, files]) => files.has('index.json.blob')).sort(byName);
  return finished.map(([name, files]) => ({ name, files, state: stateOf(name, files) }));
}

function stateOf(time: string, files: ReadonlyMap<string, Buffer>): ModelSnapshot {
  const document = documentOf(files.get('index.json.blob')!)!;
  const indexes = [...files].filter(([name]) => /\.[fd]idx$/.test(name));
  return {
    ...{ state: 'finished', time },
    notes: document.unprotected?.notes,
    verified: document.unprotected?.verify_state?.state,
    protected: files.has('.protected'),
    log: false,
    encrypted: document.files.every((file) => file['crypt-mode'] === 'encrypt'),
    chunks: [...new Set(indexes.flatMap(([name, bytes]) => references(bytes, name)))],
  };
}
