import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedObject, ListOptions, ObjectRemover, ObjectWriter, RequestCounts } from '../../lib/datastore/object-store.ts';

/** One empty datastore to try, and another one beside it in the same bucket whose prefix is this one's and a digit more. */
export interface ObjectStoreFixture {
  readonly store: ObjectWriter & ObjectRemover;
  readonly counts: RequestCounts;
  readonly neighbour: ObjectWriter;
  readonly bucket: string;
  /** The datastore's prefix in the bucket, with its closing slash. */
  readonly prefix: string;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const bytes = (text: string): Buffer => Buffer.from(text);

/** What every implementation of the contracts in lib/datastore/object-store.ts promises. */
export function describeObjectStore(name: string, make: () => Promise<ObjectStoreFixture>): void {
  describe(name, () => {
    let fixture: ObjectStoreFixture;
    beforeEach(async () => {
      fixture = await make();
    });
    afterEach(async () => {
      await fixture.close();
    });
    describeReading(() => fixture);
    describeListing(() => fixture);
    describeWriting(() => fixture);
    describeCopying(() => fixture);
    describeMultipart(() => fixture);
    describeDeleting(() => fixture);
  });
}

type Fixture = () => ObjectStoreFixture;

function describeReading(fixture: Fixture): void {
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
    expect(counts).toEqual({ list: 1, head: 1, get: 1, put: 1, copy: 0, delete: 1 });
  });
}

function describeListing(fixture: Fixture): void {
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

function describeWriting(fixture: Fixture): void {
  it('replaces an object', async () => {
    const { store } = fixture();
    expect(await store.put('a', bytes('one'))).toBe('written');
    expect(await store.put('a', bytes('second'))).toBe('written');
    expect((await store.get('a'))?.bytes.toString()).toBe('second');
  });

  it('writes only where nothing is, when told so', async () => {
    const { store } = fixture();
    expect(await store.put('a', bytes('one'), { ifAbsent: true })).toBe('written');
    expect(await store.put('a', bytes('two'), { ifAbsent: true })).toBe('exists');
    expect((await store.get('a'))?.bytes.toString()).toBe('one');
  });

  it('lets one of many conditional writers win', async () => {
    const { store } = fixture();
    const outcomes = await Promise.all([...Array(8).keys()].map((n) => store.put('a', bytes(String(n)), { ifAbsent: true })));
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
  });

  it('keeps its own copy: the caller may use the buffer again', async () => {
    const { store } = fixture();
    const buffer = bytes('one');
    await store.put('a', buffer);
    buffer.fill(0);
    expect((await store.get('a'))?.bytes.toString()).toBe('one');
  });

  it('moves a chunk of 4 MiB unchanged', async () => {
    const { store } = fixture();
    const chunk = Buffer.alloc(4 * MIB, 'chunk');
    await store.put('.chunks/0000/x', chunk);
    expect((await store.get('.chunks/0000/x'))?.bytes.equals(chunk)).toBe(true);
  });
}

function describeCopying(fixture: Fixture): void {
  it('copies an object that is where it was listed', async () => {
    const { store, counts, bucket, prefix } = fixture();
    await store.put('a b/ü', bytes('one'));
    const etag = (await store.head('a b/ü'))?.etag ?? '';
    expect(await store.copy('copy', { bucket, key: `${prefix}a b/ü`, etag })).toBe('written');
    expect((await store.get('copy'))?.bytes.toString()).toBe('one');
    expect(counts.copy).toBe(1);
  });

  it('says that the source of a copy is absent', async () => {
    const { store, bucket, prefix } = fixture();
    expect(await store.copy('copy', { bucket, key: `${prefix}missing` })).toBeUndefined();
    expect(await store.head('copy')).toBeUndefined();
  });

  it('does not copy another version than the one asked for', async () => {
    const { store, bucket, prefix } = fixture();
    await store.put('a', bytes('one'));
    const etag = (await store.head('a'))?.etag ?? '';
    await store.put('a', bytes('two'));
    const source = { bucket, key: `${prefix}a`, etag };
    await expect(store.copy('copy', source)).rejects.toMatchObject({ name: 'DataError', code: 'SOURCE_CHANGED' });
    await expect(store.copy('copy', source, { ifAbsent: true })).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(await store.head('copy')).toBeUndefined();
  });

  it('does not copy over an object that is there, when told so', async () => {
    const { store, bucket, prefix } = fixture();
    await store.put('a', bytes('one'));
    const etag = (await store.head('a'))?.etag ?? '';
    await store.put('copy', bytes('there'));
    expect(await store.copy('copy', { bucket, key: `${prefix}a`, etag }, { ifAbsent: true })).toBe('exists');
    expect((await store.get('copy'))?.bytes.toString()).toBe('there');
    expect(await store.copy('copy', { bucket, key: `${prefix}a`, etag })).toBe('written');
    expect((await store.get('copy'))?.bytes.toString()).toBe('one');
  });
}

function describeMultipart(fixture: Fixture): void {
  it('puts an object together from parts in any order, one of them sent twice', async () => {
    const { store } = fixture();
    const first = Buffer.alloc(5 * MIB, 'first');
    const upload = await store.startMultipart('big');
    await upload.uploadPart(2, bytes('tail'));
    await upload.uploadPart(1, Buffer.alloc(5 * MIB));
    await upload.uploadPart(1, first);
    expect(await store.head('big')).toBeUndefined();
    await upload.complete();
    const object = await store.get('big');
    expect(object?.bytes.equals(Buffer.concat([first, bytes('tail')]))).toBe(true);
  });

  it('may be completed again, when the answer to the first was lost', async () => {
    const { store } = fixture();
    const upload = await store.startMultipart('big');
    await upload.uploadPart(1, bytes('all'));
    await upload.complete();
    await upload.complete();
    expect((await store.get('big'))?.bytes.toString()).toBe('all');
  });

  it('leaves nothing behind when aborted, and may be aborted twice', async () => {
    const { store } = fixture();
    const upload = await store.startMultipart('big');
    await upload.uploadPart(1, bytes('all'));
    await upload.abort();
    await upload.abort();
    expect(await list(store, '')).toEqual([]);
  });
}

function describeDeleting(fixture: Fixture): void {
  it('deletes exactly these keys, and one that is not there counts as deleted', async () => {
    const { store } = fixture();
    for (const key of ['vm/100/owner', 'vm/1000/owner']) await store.put(key, bytes(key));
    await store.delete(['vm/100/owner', 'vm/100', 'vm/1']);
    expect((await list(store, '')).map(({ key }) => key)).toEqual(['vm/1000/owner']);
  });

  it('deletes nothing when there is nothing to delete', async () => {
    const { store, counts } = fixture();
    await store.delete([]);
    expect(counts.delete).toBe(0);
  });

  it('deletes more keys than one request takes', async () => {
    const { store, counts } = fixture();
    const keys = [...Array(1001).keys()].map((n) => `key-${n}`);
    await Promise.all([keys[0], keys[999], keys[1000]].map((key) => store.put(key ?? '', bytes('x'))));
    await store.delete(keys);
    expect(await list(store, '')).toEqual([]);
    expect(counts.delete).toBe(2);
  });
}

/** All pages of a listing. */
async function list(store: ObjectWriter, prefix: string, options?: ListOptions): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of store.list(prefix, options)) objects.push(...page);
  return objects;
}
