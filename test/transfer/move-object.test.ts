import { describe, expect, it } from 'vitest';
import type { ObjectReader, StoredObject } from '../../lib/datastore/object-store.ts';
import { moveObject, type Route } from '../../lib/transfer/move-object.ts';
import { noTransfers } from '../../lib/transfer/tally.ts';
import { MemoryObjectStore, type MemoryBuckets } from '../support/memory-object-store.ts';
import { chunk, contentOf, file } from '../support/transfers.ts';

function twoStores(): { source: MemoryObjectStore; target: MemoryObjectStore } {
  const buckets: MemoryBuckets = new Map();
  return {
    source: new MemoryObjectStore({ buckets, bucket: 'source', prefix: 'main' }),
    target: new MemoryObjectStore({ buckets, bucket: 'target', prefix: 'offsite' }),
  };
}

/** A source whose first `count` reads come damaged over the wire. */
function damagedReads(source: MemoryObjectStore, count: number): ObjectReader {
  let reads = 0;
  const get = async (key: string): Promise<StoredObject | undefined> => {
    const object = await source.get(key);
    reads += 1;
    return object === undefined || reads > count ? object : { ...object, bytes: Buffer.alloc(object.size) };
  };
  return { get, head: source.head.bind(source), list: source.list.bind(source) };
}

const route = (source: ObjectReader, target: MemoryObjectStore, members: Partial<Route> = {}): Route => ({
  ...{ source, target, tally: noTransfers() },
  ...members,
});

describe('moveObject', () => {
  it('reads once more what does not verify, since the fault may have been on the way', async () => {
    const { source, target } = twoStores();
    await source.put(chunk(1).sourceKey, contentOf(1));
    const way = route(damagedReads(source, 1), target);
    await moveObject(chunk(1), way);
    expect((await target.get(chunk(1).targetKey))?.bytes).toEqual(contentOf(1));
    expect([source.counts.get, way.tally]).toEqual([
      2,
      { chunks: 1, chunksKnown: 0, chunksTwice: 0, bytes: 9, bytesSaved: 0, copied: 0, verified: 1 },
    ]);
  });

  it('fails with the digest named when it does not verify again, and writes nothing', async () => {
    const { source, target } = twoStores();
    await source.put(chunk(1).sourceKey, contentOf(1));
    const way = route(damagedReads(source, 2), target);
    await expect(moveObject(chunk(1), way)).rejects.toMatchObject({
      code: 'CHUNK_DIGEST_MISMATCH',
      context: { digest: chunk(1).digest!.toString('hex') },
    });
    expect([source.counts.get, target.counts.put, way.tally]).toEqual([2, 0, noTransfers()]);
  });

  it('does not read again when what went wrong is no damage', async () => {
    const { source, target } = twoStores();
    await source.put('a', Buffer.from('a'));
    const broken = file('a', {
      verify: () => {
        throw new TypeError('a bug');
      },
    });
    await expect(moveObject(broken, route(source, target))).rejects.toThrow(TypeError);
    expect(source.counts.get).toBe(1);
  });

  it('says what it means that the source lacks the object, at the second read too', async () => {
    const { source, target } = twoStores();
    await expect(moveObject(chunk(1), route(source, target))).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    await source.put(chunk(1).sourceKey, contentOf(2));
    const get = async (key: string): Promise<StoredObject | undefined> => {
      const object = await source.get(key);
      await source.delete([key]);
      return object;
    };
    const vanishing = { get, head: source.head.bind(source), list: source.list.bind(source) };
    await expect(moveObject(chunk(1), route(vanishing, target))).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
  });

  it('moves no other version of the object than the one that is pinned', async () => {
    const { source, target } = twoStores();
    await source.put('a', Buffer.from('one'));
    const etag = (await source.head('a'))!.etag;
    await moveObject(file('a', { etag }), route(source, target));
    await source.put('a', Buffer.from('two'));
    await expect(moveObject(file('a', { etag }), route(source, target))).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect((await target.get('a'))?.bytes.toString()).toBe('one');
  });

  it('writes bytes that were read before, without another read', async () => {
    const { source, target } = twoStores();
    await moveObject(file('a', { body: Buffer.from('body'), size: 999_999_999 }), route(source, target));
    expect((await target.get('a'))?.bytes.toString()).toBe('body');
    expect(source.counts.get).toBe(0);
  });

  it('leaves content that another worker wrote meanwhile, and counts no byte of its own', async () => {
    const { source, target } = twoStores();
    await source.put(chunk(1).sourceKey, contentOf(1));
    await target.put(chunk(1).targetKey, contentOf(1));
    const way = route(source, target);
    await moveObject(chunk(1), way);
    expect(way.tally).toEqual({ chunks: 0, chunksKnown: 1, chunksTwice: 1, bytes: 0, bytesSaved: 0, copied: 0, verified: 1 });
  });
});
