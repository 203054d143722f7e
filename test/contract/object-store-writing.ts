import { expect, it } from 'vitest';
import { bytes, list, MIB } from './object-store-fixture.ts';
import type { Fixture } from './object-store-fixture.ts';

export function describeWriting(fixture: Fixture): void {
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

export function describeCopying(fixture: Fixture): void {
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

export function describeMultipart(fixture: Fixture): void {
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

  it('puts an object together from spans of another one, of the version that is asked for', async () => {
    const { store, bucket, prefix } = fixture();
    const whole = Buffer.concat([Buffer.alloc(5 * MIB, 'first'), bytes('tail')]);
    await store.put('whole', whole);
    const etag = (await store.head('whole'))?.etag ?? '';
    const source = { bucket, key: `${prefix}whole`, etag };
    const upload = await store.startMultipart('copy');
    await upload.copyPart(2, source, { offset: 5 * MIB, length: 4 });
    await upload.copyPart(1, source, { offset: 0, length: 5 * MIB });
    expect(await store.head('copy')).toBeUndefined();
    await upload.complete();
    expect((await store.get('copy'))?.bytes.equals(whole)).toBe(true);

    const changed = await store.startMultipart('changed');
    const range = { offset: 0, length: 4 };
    await expect(changed.copyPart(1, { ...source, etag: 'another' }, range)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    const missing = { bucket, key: `${prefix}missing` };
    await expect(changed.copyPart(1, missing, range)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    await changed.abort();
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

export function describeDeleting(fixture: Fixture): void {
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
