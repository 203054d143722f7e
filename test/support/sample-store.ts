import { hash } from 'node:crypto';
import type { ObjectReader } from '../../lib/datastore/object-store.ts';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import { encodeManifest, parseManifest } from '../../lib/layouts/pbs/manifest.ts';
import { DatastoreBuilder, hostSnapshot, vmSnapshot } from './datastore-builder.ts';
import type { BuiltSnapshot, ObjectSink, SnapshotSpec } from './datastore-builder.ts';

/** 2025-11-01T08:00:00Z, and a day, in seconds. */
const FIRST = Date.UTC(2025, 10, 1, 8) / 1000;
const DAY = 86_400;

/** Epoch seconds of the backup on day `number`, from 1. */
export function day(number: number): number {
  return FIRST + (number - 1) * DAY;
}

/** The name of the snapshot of day `number`. */
export function nameOf(number: number): string {
  return new Date(day(number) * 1000).toISOString().replace('.000Z', 'Z');
}

const SMALL = { chunkBytes: 4096 } as const;

/** A virtual machine's backup of day `number`: a disk of four chunks of 4 KiB, one of them new each day, and its configuration. */
export function vmOn(number: number, members: Partial<SnapshotSpec> = {}): SnapshotSpec {
  return vmSnapshot({ id: '100', time: day(number), changed: 0.01, ...members }, [4 * 4096], SMALL);
}

/** A host's backup of day `number`: an archive of a few chunks and a catalog of one. */
export function hostOn(number: number, members: Partial<SnapshotSpec> = {}): SnapshotSpec {
  return hostSnapshot({ id: 'web', time: day(number), changed: 0.01, ...members }, { etc: 12_000 }, SMALL);
}

export function builderOf(sink: ObjectSink, seed: number | string = 'sample'): DatastoreBuilder {
  return new DatastoreBuilder(sink, { seed });
}

/** Writes these snapshots into a datastore, and the objects that every datastore has. */
export async function fill(
  sink: ObjectSink,
  specs: readonly SnapshotSpec[],
  builder = builderOf(sink),
): Promise<BuiltSnapshot[]> {
  await builder.addStoreFiles('pbs-source');
  const built: BuiltSnapshot[] = [];
  for (const spec of specs) built.push(await builder.addSnapshot(spec));
  return built;
}

/** Writes notes into a snapshot's manifest, as PBS does when a person edits them: `folder` is the snapshot's key without its end. */
export async function editNotes(store: ObjectSink & ObjectReader, folder: string, notes: string): Promise<void> {
  const key = `${folder}/index.json.blob`;
  const manifest = parseManifest((await store.get(key))!.bytes, key);
  await store.put(key, encodeManifest({ ...manifest, unprotected: { ...manifest.unprotected, notes } }));
}

/** Damages an object by one bit of its last byte; once more mends it. */
export async function flipBit(store: ObjectSink & ObjectReader, key: string): Promise<void> {
  const { bytes } = (await store.get(key))!;
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await store.put(key, bytes);
}

/** A small datastore that has a bit of everything: two groups, nested namespaces, an empty one, a log, notes, a protected snapshot. */
export async function fillSmall(sink: ObjectSink): Promise<DatastoreBuilder> {
  const builder = builderOf(sink);
  const specs = [
    vmOn(1, { groupNotes: 'the important one', log: 'backup of day 1', protected: true }),
    vmOn(2, { notes: 'before the upgrade', log: 'backup of day 2' }),
    hostOn(1, { namespace: 'prod/web' }),
  ];
  await fill(sink, specs, builder);
  await builder.addNamespace('attic');
  return builder;
}

/** Chunks that no snapshot here needs, as those of other groups are: they make a target large. */
export async function fillContent(store: ObjectSink, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await store.put(chunkKey(hash('sha256', `other content ${String(number)}`, 'buffer')), Buffer.from('chunk'));
  }
}
