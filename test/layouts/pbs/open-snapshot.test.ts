import { describe, expect, it } from 'vitest';
import type { ListedSnapshot } from '../../../lib/datastore/group.ts';
import type { Phase, SnapshotPhases } from '../../../lib/datastore/layout.ts';
import { encodeManifest } from '../../../lib/layouts/pbs/manifest.ts';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { listGroup } from '../../../lib/sync/list-groups.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';
import { editNotes, fill, flipBit, hostOn, nameOf, vmOn } from '../../support/sample-store.ts';

const GROUP = { namespace: '', name: 'vm/100' };
const FOLDER = `.cnt/vm/100/${nameOf(1)}`;
const INDEX = 'drive-scsi0.img.fidx';
const BLOB = 'qemu-server.conf.blob';
const MANIFEST = 'index.json.blob';

interface Sides {
  readonly source: MemoryObjectStore;
  readonly target: MemoryObjectStore;
}

async function twoSides(members: Parameters<typeof vmOn>[1] = {}): Promise<Sides> {
  const source = new MemoryObjectStore();
  await fill(source, [vmOn(1, members)]);
  return { source, target: new MemoryObjectStore() };
}

/** Puts files of the snapshot onto the target as they are on the source. */
async function copyFiles({ source, target }: Sides, names: readonly string[]): Promise<void> {
  for (const name of names) await target.put(`${FOLDER}/${name}`, (await source.get(`${FOLDER}/${name}`))!.bytes);
}

/** Gives every object of the target an ETag of its own, as encryption at rest does. */
function changeEtags({ target }: Sides): void {
  for (const [key, object] of target.objects) target.objects.set(key, { ...object, etag: `kms-${object.etag}` });
}

async function open({ source, target }: Sides, listed?: ListedSnapshot): Promise<SnapshotPhases | undefined> {
  const snapshot = listed ?? (await listGroup(source, pbsLayout, GROUP)).snapshots[0]!;
  const existing = (await listGroup(target, pbsLayout, GROUP)).snapshots[0];
  return pbsLayout.openSnapshot({ group: GROUP, targetGroup: GROUP, snapshot, existing, source, target });
}

/** Names of the files, and the number of chunks, by phase. */
async function outline(opened: SnapshotPhases | undefined): Promise<Record<string, string[] | number>> {
  const named = async (phase: Phase): Promise<[string, string[] | number]> => {
    const keys = (await Array.fromAsync(phase.transfers())).map(({ targetKey }) => targetKey);
    return [phase.name, phase.name === 'chunks' ? keys.length : keys.map((key) => key.slice(FOLDER.length + 1))];
  };
  const outlines = [];
  for (const phase of opened?.phases ?? []) outlines.push(await named(phase));
  return Object.fromEntries(outlines);
}

describe('openSnapshot', () => {
  it('gives chunks, then indexes and blobs, then the manifest, then the log; only the manifest commits, only chunks can wait', async () => {
    const opened = await open(await twoSides({ log: 'done', protected: true }));
    expect(opened!.phases.map(({ name, commits, resumable }) => [name, commits, resumable])).toEqual([
      ['chunks', false, true],
      ['files', false, false],
      ['manifest', true, false],
      ['log', false, false],
    ]);
    expect(await outline(opened)).toEqual({
      chunks: 4,
      files: [INDEX, BLOB, '.protected'],
      manifest: [MANIFEST],
      log: ['client.log.blob'],
    });
    expect(opened!.archives.map(({ name, size }) => [name, size])).toEqual([
      [INDEX, 16_384],
      [BLOB, expect.any(Number) as number],
    ]);
  });

  it('gives the same transfers in the same order each time', async () => {
    const source = new MemoryObjectStore();
    const [built] = await fill(source, [hostOn(1)]);
    const group = { namespace: '', name: 'host/web' };
    const [snapshot] = (await listGroup(source, pbsLayout, group)).snapshots;
    const opened = await pbsLayout.openSnapshot({
      ...{ group, targetGroup: group, snapshot: snapshot!, existing: undefined, source },
      target: new MemoryObjectStore(),
    });
    const keys = async () => (await Array.fromAsync(opened!.phases[0]!.transfers())).map(({ digest }) => digest!.toString('hex'));
    const first = await keys();
    expect(await keys()).toEqual(first);
    expect(first).toEqual(built!.archives.flatMap(({ chunks }) => chunks.map(({ digest }) => digest.toString('hex'))));
  });

  it('reads small files once: what was proven is written from memory', async () => {
    const sides = await twoSides();
    const opened = await open(sides);
    await outline(opened);
    const files = await Array.fromAsync(opened!.phases[1]!.transfers());
    expect(files.every(({ body }) => body !== undefined)).toBe(true);
    expect(sides.source.counts.get).toBe(3);
  });

  it('is nothing when the manifest is gone by now', async () => {
    const sides = await twoSides();
    const [snapshot] = (await listGroup(sides.source, pbsLayout, GROUP)).snapshots;
    await sides.source.delete([`${FOLDER}/${MANIFEST}`]);
    expect(await open(sides, snapshot)).toBeUndefined();
  });

  it('looks for each chunk of a snapshot that was never finished on the target, and sends no file again that is there whole', async () => {
    const sides = await twoSides();
    await copyFiles(sides, [INDEX]);
    expect(await outline(await open(sides))).toEqual({ chunks: 4, files: [BLOB], manifest: [MANIFEST] });
  });

  it('moves of a snapshot that is on the target only what changed', async () => {
    const sides = await twoSides({ log: 'done' });
    await copyFiles(sides, [INDEX, BLOB, MANIFEST, 'client.log.blob']);
    await editNotes(sides.source, FOLDER, 'new notes');
    expect(await outline(await open(sides))).toEqual({ chunks: 0, files: [], manifest: [MANIFEST] });
  });

  it('takes equal sizes for the same files where both manifests name the same content, whatever the ETags', async () => {
    const sides = await twoSides({ protected: true });
    await copyFiles(sides, [INDEX, BLOB, MANIFEST]);
    changeEtags(sides);
    expect(await outline(await open(sides))).toEqual({ chunks: 0, files: ['.protected'], manifest: [] });
    await editNotes(sides.source, FOLDER, 'new notes');
    expect(await outline(await open(sides))).toEqual({ chunks: 0, files: ['.protected'], manifest: [MANIFEST] });
  });

  it('moves a file again that has another size than its original', async () => {
    const sides = await twoSides();
    await copyFiles(sides, [INDEX, BLOB, MANIFEST]);
    await sides.target.put(`${FOLDER}/${BLOB}`, Buffer.from('cut off'));
    expect(await outline(await open(sides))).toEqual({ chunks: 0, files: [BLOB], manifest: [] });
  });

  it('brings back a file that the copy lost, with its chunks', async () => {
    const sides = await twoSides();
    await copyFiles(sides, [BLOB, MANIFEST]);
    expect(await outline(await open(sides))).toEqual({ chunks: 4, files: [INDEX], manifest: [] });
  });

  it('refuses other content under the same name', async () => {
    const sides = await twoSides();
    await copyFiles(sides, [INDEX, BLOB]);
    const other = { type: 'vm', id: '100', time: Date.parse(nameOf(1)) / 1000, files: [], unprotected: {} } as const;
    await sides.target.put(`${FOLDER}/${MANIFEST}`, encodeManifest(other));
    await expect(open(sides)).rejects.toMatchObject({
      code: 'SNAPSHOT_CONTENT_DIFFERS',
      context: { group: 'vm/100', snapshot: nameOf(1) },
    });
  });

  it('says on which side a manifest does not read', async () => {
    const sides = await twoSides();
    await copyFiles(sides, [MANIFEST]);
    await flipBit(sides.target, `${FOLDER}/${MANIFEST}`);
    await expect(open(sides)).rejects.toThrow(`${MANIFEST} on the target`);
    await flipBit(sides.source, `${FOLDER}/${MANIFEST}`);
    await expect(open(sides)).rejects.toMatchObject({ context: { archive: MANIFEST, snapshot: nameOf(1) } });
  });

  it('proves blobs before the first chunk moves', async () => {
    const sides = await twoSides();
    await flipBit(sides.source, `${FOLDER}/${BLOB}`);
    await expect(open(sides)).rejects.toMatchObject({ code: 'BLOB_CRC_MISMATCH', context: { archive: BLOB } });
    const [snapshot] = (await listGroup(sides.source, pbsLayout, GROUP)).snapshots;
    await sides.source.delete([`${FOLDER}/${BLOB}`]);
    await expect(open(sides, snapshot)).rejects.toMatchObject({ code: 'ARCHIVE_MISSING', context: { archive: BLOB } });
  });

  it('refuses a blob that is whole but not the one that the manifest means', async () => {
    const sides = await twoSides();
    await sides.source.put(`${FOLDER}/${BLOB}`, (await sides.source.get(`${FOLDER}/${MANIFEST}`))!.bytes);
    await expect(open(sides)).rejects.toMatchObject({ code: 'ARCHIVE_CHECKSUM_MISMATCH', context: { archive: BLOB } });
  });

  it('proves the log, which no manifest names', async () => {
    const sides = await twoSides({ log: 'done' });
    await flipBit(sides.source, `${FOLDER}/client.log.blob`);
    const opened = await open(sides);
    const [log] = await Array.fromAsync(opened!.phases[3]!.transfers());
    const { bytes } = (await sides.source.get(`${FOLDER}/client.log.blob`))!;
    expect(() => log!.verify!(bytes)).toThrow(
      expect.objectContaining({
        code: 'BLOB_CRC_MISMATCH',
        context: expect.objectContaining({ archive: 'client.log.blob' }) as unknown,
      }),
    );
  });

  it('proves indexes and blobs again when they are written from another read', async () => {
    const sides = await twoSides();
    const opened = await open(sides);
    const [index, blob] = await Array.fromAsync(opened!.phases[1]!.transfers());
    const read = async (name: string): Promise<Buffer> => (await sides.source.get(`${FOLDER}/${name}`))!.bytes;
    index!.verify!(await read(INDEX));
    blob!.verify!(await read(BLOB));
    const parts = index!.verifyParts!();
    parts.push((await read(INDEX)).subarray(0, 4100));
    expect(() => parts.end()).toThrow(expect.objectContaining({ code: 'INDEX_INVALID' }));
    expect(() => blob!.verify!(Buffer.alloc(3))).toThrow(
      expect.objectContaining({ context: expect.objectContaining({ archive: BLOB }) as unknown }),
    );
    expect(await index!.absent()).toMatchObject({ code: 'ARCHIVE_MISSING', context: { archive: INDEX } });
  });
});
