import { describe, expect, it } from 'vitest';
import type { ListedFile, ListedSnapshot } from '../../../lib/datastore/group.ts';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { listGroup } from '../../../lib/sync/list-groups.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';
import { fill, hostOn, nameOf, vmOn } from '../../support/sample-store.ts';

const GROUP = { namespace: '', name: 'vm/100' };

const file = (name: string, size = 1, etag = 'a'): ListedFile => ({ name, size, etag });
const snapshot = (...files: ListedFile[]): ListedSnapshot => ({ name: nameOf(1), files });

describe('pbsLayout', () => {
  it('calls a snapshot finished when its manifest is there, and protected when its mark is', () => {
    const whole = snapshot(file('.protected'), file('drive.img.fidx'), file('index.json.blob', 9, 'm'));
    const partial = snapshot(file('drive.img.fidx'), file('client.log.blob'));
    expect([pbsLayout.isFinished(whole), pbsLayout.isFinished(partial)]).toEqual([true, false]);
    expect([pbsLayout.isProtected(whole), pbsLayout.isProtected(partial)]).toEqual([true, false]);
    expect([pbsLayout.commitMarker(whole), pbsLayout.commitMarker(partial)]).toEqual([
      file('index.json.blob', 9, 'm'),
      undefined,
    ]);
  });

  it.each<[string, ListedSnapshot, ListedSnapshot, 'same' | 'different' | 'unknown']>([
    ['all sizes and ETags agree', snapshot(file('a.blob')), snapshot(file('a.blob')), 'same'],
    [
      'only ETags differ, as encryption at rest makes them',
      snapshot(file('a.blob')),
      snapshot(file('a.blob', 1, 'b')),
      'unknown',
    ],
    ['a size differs', snapshot(file('a.blob', 2)), snapshot(file('a.blob', 1)), 'different'],
    [
      'a size differs after an ETag does',
      snapshot(file('a.blob'), file('b.blob', 2)),
      snapshot(file('a.blob', 1, 'x'), file('b.blob')),
      'different',
    ],
    [
      'the copy lacks a log that came later',
      snapshot(file('a.blob'), file('client.log.blob')),
      snapshot(file('a.blob')),
      'different',
    ],
    ['the copy has a mark of its own', snapshot(file('a.blob')), snapshot(file('.protected'), file('a.blob')), 'same'],
  ])('compares by listings alone: %s', (_, source, target, answer) => {
    expect(pbsLayout.compare(source, target)).toBe(answer);
  });
});

describe('listContent', () => {
  const digestsOf = async (store: MemoryObjectStore, group = GROUP): Promise<string[]> => {
    const listed = await listGroup(store, pbsLayout, group);
    const found = await Array.fromAsync(
      pbsLayout.listContent({ reader: store, group, snapshot: listed.snapshots[0]!, isUntouched: () => true }),
    );
    return found.map((digest) => digest.toString('hex'));
  };

  it('gives every digest of every index, in their order', async () => {
    const store = new MemoryObjectStore();
    const [, host] = await fill(store, [vmOn(1), hostOn(1)]);
    const expected = host!.archives.flatMap(({ chunks }) => chunks.map(({ digest }) => digest.toString('hex')));
    expect((await digestsOf(store, { namespace: '', name: 'host/web' })).toSorted()).toEqual(expected.toSorted());
  });

  it('believes nothing of a snapshot that PBS found damaged', async () => {
    const store = new MemoryObjectStore();
    await fill(store, [vmOn(1, { verifyState: 'failed' })]);
    expect(await digestsOf(store)).toEqual([]);
  });

  it('believes nothing of a snapshot whose manifest was rewritten since it was copied', async () => {
    const store = new MemoryObjectStore();
    await fill(store, [vmOn(1)]);
    const { snapshots } = await listGroup(store, pbsLayout, GROUP);
    const content = { reader: store, group: GROUP, snapshot: snapshots[0]!, isUntouched: () => false };
    expect(await Array.fromAsync(pbsLayout.listContent(content))).toEqual([]);
  });

  it('believes nothing of a snapshot, or of an index, that goes away while it is read', async () => {
    const store = new MemoryObjectStore();
    await fill(store, [vmOn(1)]);
    const { snapshots } = await listGroup(store, pbsLayout, GROUP);
    const content = { reader: store, group: GROUP, snapshot: snapshots[0]!, isUntouched: () => true };
    await store.delete([`.cnt/vm/100/${nameOf(1)}/drive-scsi0.img.fidx`]);
    expect(await Array.fromAsync(pbsLayout.listContent(content))).toEqual([]);
    await store.delete([`.cnt/vm/100/${nameOf(1)}/index.json.blob`]);
    expect(await Array.fromAsync(pbsLayout.listContent(content))).toEqual([]);
  });

  it('throws what an index is wrong about', async () => {
    const store = new MemoryObjectStore();
    await fill(store, [vmOn(1)]);
    const key = `.cnt/vm/100/${nameOf(1)}/drive-scsi0.img.fidx`;
    await store.put(key, (await store.get(key))!.bytes.subarray(0, -32));
    await expect(digestsOf(store)).rejects.toMatchObject({ code: 'INDEX_INVALID' });
  });
});
