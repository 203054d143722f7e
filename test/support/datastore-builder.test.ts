import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openArchiveIndex } from '../../lib/layouts/pbs/archive-index.ts';
import { verifyChunk } from '../../lib/layouts/pbs/chunk.ts';
import { deriveCryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import { decryptBlob, verifyBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { chunkKey, parseChunkKey, parseEntry, snapshotPrefix } from '../../lib/layouts/pbs/keys.ts';
import { isSignedBy, keyFingerprint, notes, parseManifest, verifyState } from '../../lib/layouts/pbs/manifest.ts';
import { DatastoreBuilder, ctSnapshot, hostSnapshot, vmSnapshot } from './datastore-builder.ts';
import type { BuiltSnapshot, ObjectSink, SnapshotSpec } from './datastore-builder.ts';

const KIB = 1024;
const MONDAY = 1762156800;
const TUESDAY = MONDAY + 86400;
const key = deriveCryptKey(Buffer.alloc(32, 9));
const small = { chunkBytes: 64 * KIB };

class Objects implements ObjectSink {
  readonly byKey = new Map<string, Buffer>();
  readonly order: string[] = [];
  async put(name: string, bytes: Buffer): Promise<void> {
    await new Promise(setImmediate);
    this.byKey.set(name, bytes);
    this.order.push(name);
  }
  get(name: string): Buffer {
    const bytes = this.byKey.get(name);
    if (bytes === undefined) throw new Error(`${name} was not written`);
    return bytes;
  }
}

async function build(specs: readonly SnapshotSpec[], seed = 1) {
  const objects = new Objects();
  const builder = new DatastoreBuilder(objects, { seed });
  const built: BuiltSnapshot[] = [];
  for (const spec of specs) built.push(await builder.addSnapshot(spec));
  return { objects, built, builder };
}

/** Reads a snapshot as a restore would: manifest, each index and its checksum, each chunk. */
function proveSnapshot(objects: Objects, built: BuiltSnapshot) {
  const prefix = snapshotPrefix({ namespace: built.namespace, name: built.group }, built.snapshot);
  const manifest = parseManifest(objects.get(`${prefix}index.json.blob`), prefix);
  expect(`${manifest.type}/${manifest.id}`).toBe(built.group);
  for (const file of manifest.files) {
    const bytes = objects.get(prefix + file.name);
    if (file.kind === 'blob') {
      expect([hash('sha256', bytes), bytes.length]).toEqual([file.checksum, file.size]);
      expect(verifyBlob(bytes, file.name).encrypted).toBe(file.cryptMode === 'encrypt');
      continue;
    }
    const reader = openArchiveIndex(file.kind, file.name, bytes.length);
    const refs = reader.push(bytes);
    expect(reader.end()).toEqual({ checksum: file.checksum, size: file.size, chunks: refs.length });
    for (const ref of refs)
      verifyChunk(objects.get(chunkKey(ref.digest)), { ...ref, encrypted: file.cryptMode === 'encrypt' }, file.name);
  }
  return manifest;
}

const everything: SnapshotSpec[] = [
  vmSnapshot({ id: '100', time: MONDAY, log: 'TASK OK', groupNotes: 'Production' }, [700 * KIB, 5 * KIB], small),
  vmSnapshot({ id: '100', time: TUESDAY, changed: 0.3, notes: 'one\ntwo', verifyState: 'ok' }, [700 * KIB, 5 * KIB], small),
  ctSnapshot({ id: '101', time: MONDAY, namespace: 'prod/db', owner: 'robot@pbs!ci' }, 600 * KIB, { shape: small }),
  ctSnapshot({ id: '102', time: MONDAY, namespace: 'prod', protected: true }, 600 * KIB, { split: true, shape: small }),
  hostSnapshot(
    { id: 'vault', time: MONDAY, cryptMode: 'encrypt', key, log: 'secret' },
    { etc: 90 * KIB, data: 400 * KIB },
    small,
  ),
  hostSnapshot({ id: 'signed', time: MONDAY, cryptMode: 'sign-only', key }, { etc: 90 * KIB }, small),
];

describe('DatastoreBuilder', () => {
  it('writes datastores that verify, whatever is in them', async () => {
    const { objects, built } = await build(everything);
    const manifests = built.map((snapshot) => proveSnapshot(objects, snapshot));
    expect(manifests[0]!.files.map((file) => file.name)).toEqual([
      'drive-scsi0.img.fidx',
      'drive-scsi1.img.fidx',
      'qemu-server.conf.blob',
    ]);
    expect(manifests[3]!.files.map((file) => file.name)).toEqual(['root.ppxar.didx', 'root.mpxar.didx', 'pct.conf.blob']);
    expect([notes(manifests[1]!), verifyState(manifests[1]!)]).toEqual(['one\ntwo', 'ok']);
    expect(manifests.map((manifest) => isSignedBy(manifest, key))).toEqual([false, false, false, false, true, true]);
    expect(keyFingerprint(manifests[5]!)).toBe(key.fingerprint);
    const log = objects.get('.cnt/host/vault/2025-11-03T08:00:00Z/client.log.blob');
    expect(decryptBlob(log, key, 'log', 100).toString()).toBe('secret');
    expect(objects.get('.cnt/ns/prod/ns/db/ct/101/owner').toString()).toBe('robot@pbs!ci\n');
    expect(objects.get('.cnt/vm/100/notes').toString()).toBe('Production');
  });

  it('writes only keys that PBS writes', async () => {
    const { objects, builder } = await build(everything);
    await builder.addStoreFiles('pve1');
    await builder.addNamespace('lab/empty');
    const odd = [...objects.byKey.keys()].filter(
      (name) => parseChunkKey(name) === undefined && parseEntry(name).kind === 'foreign',
    );
    expect(odd).toEqual(['.in-use']);
    expect(objects.byKey.has('.cnt/ns/lab/ns/empty/.namespace')).toBe(true);
    expect(objects.byKey.has('.chunks/bb9f/bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8')).toBe(true);
  });

  it('writes in the order of PBS: marker, owner, chunks, index, manifest twice, log', async () => {
    const { objects } = await build([
      hostSnapshot({ id: 'a', time: MONDAY, namespace: 'x', log: 'l' }, { etc: 90 * KIB }, small),
    ]);
    const order = objects.order.map((name) => (name.startsWith('.chunks/') ? 'chunk' : name.replace(/^.*\//, '')));
    expect(order.filter((name, at) => name !== 'chunk' || order[at - 1] !== 'chunk')).toEqual([
      ...['.namespace', 'owner', 'chunk', 'etc.pxar.didx', 'chunk', 'catalog.pcat1.didx'],
      ...['index.json.blob', 'index.json.blob', 'client.log.blob'],
    ]);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [first, again, other] = [await build(everything), await build(everything), await build(everything, 2)];
    const sorted = (objects: Objects): [string, Buffer][] => [...objects.byKey].sort(([a], [b]) => (a < b ? -1 : 1));
    const bytes = (objects: Objects): string =>
      hash('sha256', Buffer.concat(sorted(objects).flatMap(([name, body]) => [Buffer.from(name), body])));
    expect(bytes(again.objects)).toBe(bytes(first.objects));
    expect(bytes(other.objects)).not.toBe(bytes(first.objects));
  });

  it('shares most chunks with the snapshot before', async () => {
    const disk = [200 * 64 * KIB];
    const days = [0, 1, 2].map((day) => vmSnapshot({ id: '1', time: MONDAY + day * 86400, changed: 0.1 }, disk, small));
    const { built } = await build(days);
    const digests = built.map((snapshot) => snapshot.archives[0]!.chunks.map((chunk) => chunk.digest.toString('hex')));
    expect(built[0]!.newChunks).toBe(200);
    for (const day of [1, 2]) {
      const changed = digests[day]!.filter((digest, at) => digest !== digests[day - 1]![at]).length;
      expect(changed).toBe(built[day]!.newChunks);
      expect(changed).toBeGreaterThan(5);
      expect(changed).toBeLessThan(40);
    }
  });

  it('changes nothing, everything, or at least one chunk, as told', async () => {
    const disk = [20 * 64 * KIB];
    const changes = [0.1, 0, 0.0001, 1].map((changed, day) => vmSnapshot({ id: '1', time: MONDAY + day, changed }, disk, small));
    const { built } = await build(changes);
    expect(built.map((snapshot) => snapshot.newChunks)).toEqual([20, 0, 1, 20]);
  });

  it('stores content that compresses to about what is asked for', async () => {
    const { built } = await build([vmSnapshot({ id: '1', time: MONDAY, compressible: 0.6 }, [4096 * KIB])]);
    expect(built[0]!.newBytes / (4096 * KIB)).toBeCloseTo(0.4, 1);
  });

  it('shares chunks of zeros between groups', async () => {
    const shape = { ...small, zeros: 1 };
    const { built } = await build(['1', '2'].map((id) => vmSnapshot({ id, time: MONDAY }, [640 * KIB], shape)));
    expect(built.map((snapshot) => snapshot.newChunks)).toEqual([1, 0]);
  });

  it('makes an index of 100,000 chunks from a thousand', async () => {
    const shape = { chunkBytes: KIB, distinct: 1000 };
    const specs = [
      vmSnapshot({ id: '1', time: MONDAY }, [100_000 * KIB], shape),
      hostSnapshot({ id: '2', time: MONDAY }, { data: 100_000 * KIB }, shape),
      vmSnapshot({ id: '1', time: TUESDAY }, [100_000 * KIB], shape),
    ];
    const { objects, built } = await build(specs);
    expect(built[0]!.archives[0]!.chunks).toHaveLength(100_000);
    expect(built[1]!.archives[0]!.chunks.length).toBeGreaterThan(90_000);
    expect(built.map((snapshot) => snapshot.newChunks <= 1002)).toEqual([true, true, true]);
    for (const snapshot of built) proveSnapshot(objects, snapshot);
  });

  it('keeps so many puts in flight and no more, and fails with the first that fails', async () => {
    let [running, most, puts] = [0, 0, 0];
    const sink: ObjectSink = {
      async put() {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        if (++puts > 40) throw new Error('disk full');
      },
    };
    const builder = new DatastoreBuilder(sink, { seed: 1, putsInFlight: 4 });
    await builder.addSnapshot(vmSnapshot({ id: '1', time: MONDAY }, [30 * KIB], { chunkBytes: KIB }));
    expect(most).toBe(4);
    await expect(builder.addSnapshot(vmSnapshot({ id: '2', time: MONDAY }, [90 * KIB], { chunkBytes: KIB }))).rejects.toThrow(
      'disk full',
    );
  });

  it('refuses to sign or encrypt without a key', async () => {
    await expect(build([vmSnapshot({ id: '1', time: MONDAY, cryptMode: 'encrypt' }, [KIB])])).rejects.toThrow('needs a key');
  });
});
