import { expect, it } from 'vitest';
import { bytes, list } from './object-store-fixture.ts';
import type { Fixture } from './object-store-fixture.ts';

export function describeReading(fixture: Fixture): void {
  it('reads back what was written, with its size and ETag', async () => {
    const { store } = fixture();
    await store.put('ns/a/owner', bytes('root@pam'));
    const object = await store.get('ns/a/owner');
    expect(object?.bytes.toString()).toBe('root@pam');
    expect(await store.head('ns/a/owner')).toEqual({ size: 8, etag: object?.etag });
    expect(object?.etag).not.toContain('"');
  });

  it('reads and lists an empty object', async () => {
    const { store } = fixture();
    await store.put('.namespace', Buffer.alloc(0));
    expect(await store.get('.namespace')).toMatchObject({ size: 0, bytes: Buffer.alloc(0) });
    expect(await list(store, '')).toMatchObject([{ key: '.namespace', size: 0 }]);
  });

  it('says that a missing key is absent', async () => {
    const { store } = fixture();
    expect(await store.get('missing')).toBeUndefined();
    expect(await store.head('missing')).toBeUndefined();
  });

  it('does not take a folder, or the beginning of a key, for an object', async () => {
    const { store } = fixture();
    await store.put('vm/100/owner', bytes('x'));
    expect(await store.head('vm/100')).toBeUndefined();
    expect(await store.get('vm/100/own')).toBeUndefined();
  });

  it('reads a range and tells the size of the whole', async () => {
    const { store } = fixture();
    await store.put('index', bytes('0123456789'));
    const object = await store.get('index', { range: { offset: 3, length: 4 } });
    expect(object?.bytes.toString()).toBe('3456');
    expect(object?.size).toBe(10);
  });

  it('ends a range with the object', async () => {
    const { store } = fixture();
    await store.put('index', bytes('0123456789'));
    expect((await store.get('index', { range: { offset: 8, length: 100 } }))?.bytes.toString()).toBe('89');
    expect((await store.get('index', { range: { offset: 0, length: 100 } }))?.bytes.toString()).toBe('0123456789');
  });

  it('refuses a range that begins after the end', async () => {
    const { store } = fixture();
    await store.put('index', bytes('0123456789'));
    await expect(store.get('index', { range: { offset: 10, length: 1 } })).rejects.toMatchObject({
      code: 'RANGE_NOT_SATISFIABLE',
    });
  });

  it('reads only the version that was asked for', async () => {
    const { store } = fixture();
    await store.put('index', bytes('one'));
    const etag = (await store.head('index'))?.etag ?? '';
    expect((await store.get('index', { ifMatch: etag, range: { offset: 1, length: 2 } }))?.bytes.toString()).toBe('ne');
    await store.put('index', bytes('two'));
    await expect(store.get('index', { ifMatch: etag })).rejects.toMatchObject({ name: 'DataError', code: 'SOURCE_CHANGED' });
  });

  it('counts its requests by S3’s word for them', async () => {
    const { store, counts } = fixture();
    await store.put('a', bytes('x'));
    await list(store, '');
    await store.head('a');
    await store.get('a');
    await store.delete(['a']);
    expect(counts).toMatchObject({ list: 1, head: 1, get: 1, put: 1, copy: 0, delete: 1 });
  });
}

export function describeListing(fixture: Fixture): void {
  it('lists nothing in an empty datastore, with one request', async () => {
    const { store, counts } = fixture();
    expect(await list(store, '')).toEqual([]);
    expect(counts.list).toBe(1);
  });

  it('lists in the order of UTF-8 bytes, characters past U+FFFF last', async () => {
    const { store } = fixture();
    const keys = ['A', 'a', 'a-b', 'a.b', 'a/b', 'a0', 'b', 'é', '\uff5e', '\u{1f600}'];
    for (const key of keys.toReversed()) await store.put(key, bytes(key));
    expect((await list(store, '')).map(({ key }) => key)).toEqual(keys);
    expect((await list(store, '', { pageSize: 1 })).map(({ key }) => key)).toEqual(keys);
  });

  it('lists and reads keys with characters that URLs and XML treat in their own way', async () => {
    const { store } = fixture();
    const keys = [' lead', '%41', '&amp;', "'", '(a)!*~', '+', '<x>', '?q=1', 'a b', 'a+b', 'ns/ä ö/vm', 'trail '];
    for (const key of keys) await store.put(key, bytes(key));
    expect((await list(store, '')).map(({ key }) => key)).toEqual(keys);
    for (const key of keys) expect((await store.get(key))?.bytes.toString()).toBe(key);
    await store.delete(keys);
    expect(await list(store, '')).toEqual([]);
  });

  it('pages, and begins after a key', async () => {
    const { store, counts } = fixture();
    for (const key of ['a', 'b', 'c', 'd', 'e']) await store.put(key, bytes(key));
    const pages = [];
    for await (const page of store.list('', { startAfter: 'a', pageSize: 2 })) pages.push(page.map(({ key }) => key));
    expect(pages).toEqual([
      ['b', 'c'],
      ['d', 'e'],
    ]);
    expect(counts.list).toBe(2);
  });

  it('begins after a key that is not there', async () => {
    const { store } = fixture();
    for (const key of ['vm/1', 'vm/3']) await store.put(key, bytes(key));
    expect((await list(store, 'vm/', { startAfter: 'vm/2' })).map(({ key }) => key)).toEqual(['vm/3']);
    expect(await list(store, 'vm/', { startAfter: 'vm/4' })).toEqual([]);
  });

  it('takes a prefix as text: only a closing slash keeps vm/1000 out of vm/100', async () => {
    const { store } = fixture();
    for (const key of ['vm/100/owner', 'vm/1000/owner', 'vm/99/owner']) await store.put(key, bytes(key));
    expect((await list(store, 'vm/100')).map(({ key }) => key)).toEqual(['vm/100/owner', 'vm/1000/owner']);
    expect((await list(store, 'vm/100/')).map(({ key }) => key)).toEqual(['vm/100/owner']);
  });

  it('never shows the objects of a datastore whose name begins with its own', async () => {
    const { store, neighbour } = fixture();
    await neighbour.put('owner', bytes('other'));
    expect(await list(store, '')).toEqual([]);
    expect(await store.head('owner')).toBeUndefined();
  });

  it('shows the size and ETag that a head shows', async () => {
    const { store } = fixture();
    await store.put('a', bytes('abc'));
    expect(await list(store, 'a')).toEqual([{ key: 'a', ...(await store.head('a')) }]);
  });
}
