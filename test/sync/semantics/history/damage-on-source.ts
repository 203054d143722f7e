import type { MemoryObjectStore } from '../../../support/memory-object-store.ts';
import { finished, flipped, type Act, type Scene } from './scene.ts';
import { chunkKey, MANIFEST, read, snapshotFolder, take, write } from './world.ts';

/** What breaks on the source, and is mended again. */
export const DAMAGE_ON_SOURCE = {
  'lose chunk': (scene) => hurtChunk(scene, (store, key) => take(store, key)),
  'flip chunk': (scene) => hurtChunk(scene, (store, key, bytes) => write(store, key, flipped(bytes))),
  'bad chunk': (scene) =>
    hurtChunk(scene, (store, key, bytes) => {
      take(store, key);
      write(store, `${key}.0.bad`, flipped(bytes));
    }),
  'mend chunks': ({ history: { pool, cloud, source }, day, original }) => {
    const lost = (original?.snapshots.get(day)?.chunks ?? []).filter((digest) => pool.good.has(digest));
    for (const digest of lost.filter((each) => !source.chunks.has(each))) {
      source.chunks.add(digest);
      write(cloud.source, chunkKey(digest), pool.good.get(digest)!);
      take(cloud.source, `${chunkKey(digest)}.0.bad`);
    }
  },
  tear: ({ history, label, day, original }) => {
    const snapshot = finished(original, day);
    if (snapshot === undefined) return;
    Object.assign(snapshot, { state: 'torn', notes: undefined, verified: undefined });
    write(history.cloud.source, `${snapshotFolder(history, label, day)}${MANIFEST}`, 'a manifest cut off');
  },
} satisfies Record<string, Act>;

type Hurt = (store: MemoryObjectStore, key: string, bytes: Buffer) => void;

function hurtChunk({ history: { cloud, source }, day, text, original }: Scene, hurt: Hurt): void {
  const chunks = original?.snapshots.get(day)?.chunks ?? [];
  const digest = chunks[text % chunks.length];
  if (digest === undefined || !source.chunks.delete(digest)) return;
  hurt(cloud.source, chunkKey(digest), read(cloud.source, chunkKey(digest))!);
}
