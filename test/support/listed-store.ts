import { encodeBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { groupPrefix, namespaceMarker, snapshotPrefix } from '../../lib/layouts/pbs/keys.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { nameOf } from './sample-store.ts';

/** A snapshot of which only the listing matters; its day names it. */
export interface SnapshotSketch {
  readonly day: number;
  /** Without its manifest: in progress, or left half done. */
  readonly unfinished?: true;
  readonly protected?: true;
  /** What its manifest holds: other text gives another ETag, and another length another size. */
  readonly manifest?: string;
  /** A log that came later. */
  readonly log?: true;
}

/** Groups by `namespace:name` (the root's by `vm/100`), each with its snapshots; a number is a finished snapshot of that day. */
export type StoreSketch = Readonly<Record<string, readonly (number | SnapshotSketch)[]>>;

/** A datastore that has the keys of a real one, and snapshots that name no file. */
export async function storeOf(sketch: StoreSketch, namespaces: readonly string[] = []): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  await store.put('.in-use', Buffer.from('{}'));
  for (const namespace of namespaces) await store.put(namespaceMarker(namespace), Buffer.alloc(0));
  for (const [label, snapshots] of Object.entries(sketch)) {
    const group = groupOf(label);
    await store.put(`${groupPrefix(group)}owner`, Buffer.from('root@pam\n'));
    for (const snapshot of snapshots) {
      const prefix = snapshotPrefix(group, nameOf(typeof snapshot === 'number' ? snapshot : snapshot.day));
      for (const [name, bytes] of filesOf(snapshot)) await store.put(prefix + name, bytes);
    }
  }
  return store;
}

/** `a/b:vm/100`, or `vm/100` in the root. */
export function groupOf(label: string): { namespace: string; name: string } {
  const at = label.indexOf(':');
  return { namespace: label.slice(0, Math.max(at, 0)), name: label.slice(at + 1) };
}

function filesOf(snapshot: number | SnapshotSketch): [string, Buffer][] {
  const sketch: SnapshotSketch = typeof snapshot === 'number' ? { day: snapshot } : snapshot;
  const manifest = encodeBlob(Buffer.from(JSON.stringify({ files: [], notes: sketch.manifest ?? 'manifest' })), {
    compress: false,
  });
  const files: [string, Buffer, boolean][] = [
    ['drive-scsi0.img.fidx', Buffer.from('index'), true],
    ['index.json.blob', manifest, sketch.unfinished !== true],
    ['client.log.blob', Buffer.from('log'), sketch.log === true],
    ['.protected', Buffer.alloc(0), sketch.protected === true],
  ];
  return files.filter(([, , isThere]) => isThere).map(([name, bytes]) => [name, bytes]);
}
