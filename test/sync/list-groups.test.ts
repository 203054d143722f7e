import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatGroup } from '../../lib/datastore/group.ts';
import type { ListedObject, ObjectReader } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { listGroup, listGroups, type Listed } from '../../lib/sync/list-groups.ts';
import { mergeListings } from '../../lib/sync/merge-listings.ts';
import { storeOf } from '../support/listed-store.ts';
import type { MemoryObjectStore } from '../support/memory-object-store.ts';
import { nameOf } from '../support/sample-store.ts';

const titleOf = (listed: Listed): string =>
  listed.kind === 'namespace' ? `namespace ${listed.namespace}` : formatGroup(listed.listed.group);

const listAll = async (reader: ObjectReader, namespace = ''): Promise<Listed[]> =>
  Array.fromAsync(listGroups(reader, pbsLayout, namespace));

/** A reader that gives the first pages and then fails, as when a connection breaks in the middle of a listing. */
function brokenAfter(pages: number, store: MemoryObjectStore): ObjectReader {
  const list = async function* (prefix: string): AsyncGenerator<readonly ListedObject[]> {
    let given = 0;
    for await (const page of store.list(prefix, { pageSize: 2 })) {
      if ((given += 1) > pages) throw new Error('connection lost');
      yield page;
    }
  };
  return { list, head: store.head.bind(store), get: store.get.bind(store) };
}

describe('listGroups', () => {
  it('gives groups in the byte order of their keys, each whole, and a namespace before what it holds', async () => {
    const names = ['vm/100', 'vm/1000', 'vm/100-a', 'vm/100.b', 'vm/100_c', 'ct/1', 'host/web', 'a:vm/100', 'a/b:host/x'];
    const store = await storeOf(Object.fromEntries(names.map((name) => [name, [1, 2]])), ['a', 'a/b', 'empty']);
    const listed = await listAll(store);
    expect(listed.map(titleOf)).toEqual([
      ...['ct/1', 'host/web', 'namespace a', 'namespace a/b', 'a/b/host/x', 'a/vm/100', 'namespace empty'],
      ...['vm/100-a', 'vm/100.b', 'vm/100', 'vm/1000', 'vm/100_c'],
    ]);
    expect(listed.map(({ order }) => order)).toEqual(listed.map(({ order }) => order).toSorted());
    for (const each of listed) {
      if (each.kind === 'group') expect(each.listed.snapshots.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)]);
    }
  });

  it('keeps apart files of the group and of its snapshots', async () => {
    const store = await storeOf({ 'vm/100': [{ day: 1, protected: true }] });
    await store.put('.cnt/vm/100/notes', Buffer.from('notes'));
    const [group] = await listAll(store);
    expect(group).toMatchObject({
      listed: {
        files: [
          { name: 'notes', size: 5 },
          { name: 'owner', size: 9 },
        ],
      },
    });
    const { snapshots } = await listGroup(store, pbsLayout, { namespace: '', name: 'vm/100' });
    expect(snapshots.map(({ files }) => files.map(({ name }) => name))).toEqual([
      ['.protected', 'drive-scsi0.img.fidx', 'index.json.blob'],
    ]);
  });

  it('lists below its anchor alone, without the anchor itself', async () => {
    const store = await storeOf({ 'vm/1': [1], 'a:vm/2': [1], 'a/b:vm/3': [1], 'ab:vm/4': [1] }, ['a', 'a/b', 'ab']);
    expect((await listAll(store, 'a')).map(({ order }) => order)).toEqual(['ns/b/.namespace', 'ns/b/vm/3/', 'vm/2/']);
  });

  it('leaves alone what PBS could not have written', async () => {
    const store = await storeOf({ 'vm/100': [1] });
    for (const key of [
      '.cnt/readme',
      '.cnt/vm/100/2025/x.blob',
      '.cnt/xx/1/owner',
      '.cnt/ns/-bad/.namespace',
      '.cnt/vm/100/tmp/a/b',
    ]) {
      await store.put(key, Buffer.from('foreign'));
    }
    expect((await listAll(store)).map(titleOf)).toEqual(['vm/100']);
    expect((await listGroup(store, pbsLayout, { namespace: '', name: 'vm/100' })).snapshots).toHaveLength(1);
  });

  it('does not take vm/1000 for a part of vm/100', async () => {
    const store = await storeOf({ 'vm/100': [1], 'vm/1000': [1, 2] });
    expect((await listGroup(store, pbsLayout, { namespace: '', name: 'vm/100' })).snapshots).toHaveLength(1);
    expect((await listGroup(store, pbsLayout, { namespace: '', name: 'vm/10' })).snapshots).toEqual([]);
  });

  it('throws wherever a listing breaks, and never ends as if that were all', async () => {
    const store = await storeOf({ 'ct/1': [1], 'vm/1': [1, 2], 'vm/2': [1] }, ['a']);
    for (let pages = 0; pages < 6; pages += 1) {
      await expect(listAll(brokenAfter(pages, store))).rejects.toThrow('connection lost');
      await expect(listGroup(brokenAfter(0, store), pbsLayout, { namespace: '', name: 'vm/1' })).rejects.toThrow(
        'connection lost',
      );
    }
  });
});

describe('mergeListings', () => {
  const merge = (source: ObjectReader, target: ObjectReader, from = '', to = '') =>
    Array.fromAsync(mergeListings(listGroups(source, pbsLayout, from), listGroups(target, pbsLayout, to)));

  it('pairs what both sides show at the same place below their anchors', async () => {
    const source = await storeOf({ 'prod:vm/1': [1], 'prod/x:vm/2': [1] }, ['prod', 'prod/x']);
    const target = await storeOf({ 'copy/x:vm/2': [1], 'copy:vm/3': [1] }, ['copy']);
    const pairs = await merge(source, target, 'prod', 'copy');
    expect(pairs.map((pair) => [pair.source && titleOf(pair.source), pair.target && titleOf(pair.target)])).toEqual([
      ['namespace prod/x', undefined],
      ['prod/x/vm/2', 'copy/x/vm/2'],
      ['prod/vm/1', undefined],
      [undefined, 'copy/vm/3'],
    ]);
  });

  it('throws when either side breaks, wherever that is', async () => {
    const store = await storeOf({ 'ct/1': [1], 'vm/1': [1, 2], 'vm/2': [1] });
    for (let pages = 0; pages < 5; pages += 1) {
      await expect(merge(brokenAfter(pages, store), store)).rejects.toThrow('connection lost');
      await expect(merge(store, brokenAfter(pages, store))).rejects.toThrow('connection lost');
    }
  });

  it('closes both listings when its reader has seen enough', async () => {
    const store = await storeOf({ 'ct/1': [1], 'vm/1': [1] });
    const closed: string[] = [];
    const watched = async function* (side: string): AsyncGenerator<Listed> {
      try {
        yield* listGroups(store, pbsLayout, '');
      } finally {
        closed.push(side);
      }
    };
    for await (const pair of mergeListings(watched('source'), watched('target'))) if (pair.source !== undefined) break;
    expect(closed).toEqual(['source', 'target']);
  });

  it('shows every group of either side once, paired where both have it', async () => {
    const id = fc.constantFrom('1', '10', '100', '1-a', '1.b', '1_c', '1A', 'a', 'Z');
    const label = fc.tuple(fc.constantFrom('', 'n', 'n/m', 'n-x', 'o'), fc.constantFrom('ct', 'host', 'vm'), id);
    const groups = fc.uniqueArray(label, { maxLength: 14, selector: (parts) => parts.join() });
    const sketch = (parts: [string, string, string][]) =>
      Object.fromEntries(parts.map(([ns, type, name]) => [`${ns}:${type}/${name}`, [1]]));
    await fc.assert(
      fc.asyncProperty(groups, groups, async (left, right) => {
        const pairs = await merge(await storeOf(sketch(left)), await storeOf(sketch(right)));
        const shown = pairs.map(({ source, target }) => `${(source ?? target)!.order} ${source ? 's' : ''}${target ? 't' : ''}`);

        // The model: two sets of names, and no order at all.
        const nameIn = ([ns, type, name]: [string, string, string]): string =>
          `${ns === '' ? '' : `ns/${ns.replace('/', '/ns/')}/`}${type}/${name}/`;
        const [sources, targets] = [new Set(left.map(nameIn)), new Set(right.map(nameIn))];
        const model = [...new Set([...sources, ...targets])].map(
          (each) => `${each} ${sources.has(each) ? 's' : ''}${targets.has(each) ? 't' : ''}`,
        );
        expect(shown.toSorted()).toEqual(model.toSorted());
      }),
    );
  });
});
