import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, DataError, TransientError } from '../../lib/errors.ts';
import { openCopies, type Copies } from '../../lib/transfer/copies.ts';
import { copyParts } from '../../lib/transfer/copy-object.ts';
import { moveObject, type Route } from '../../lib/transfer/move-object.ts';
import { noTransfers } from '../../lib/transfer/tally.ts';
import { faulty, type Call } from '../support/faulty.ts';
import { MemoryObjectStore, type MemoryBuckets } from '../support/memory-object-store.ts';
import { chunk, contentOf, file } from '../support/transfers.ts';

const FROM = { bucket: 'source', prefix: 'main' };

let source: MemoryObjectStore;
let target: MemoryObjectStore;
let told: string[];

beforeEach(() => {
  const buckets: MemoryBuckets = new Map();
  source = new MemoryObjectStore({ buckets, bucket: 'source', prefix: 'main' });
  target = new MemoryObjectStore({ buckets, bucket: 'target', prefix: 'offsite' });
  told = [];
});

function copies(patience = 1, from = FROM): Copies {
  return openCopies(from, patience, {
    proven: ({ title }) => void told.push(`proven by ${title}`),
    refused: ({ title }, { code }, last) => void told.push(`${code} for ${title}${last ? ', the last' : ''}`),
  });
}

/** A target that refuses copies as `refuse` says, and counts those that it is asked for. */
function refusing(refuse: (call: Call, copy: number) => Error | undefined): { target: MemoryObjectStore; copies: () => number } {
  let count = 0;
  const before = (call: Call): void => {
    if (call.method !== 'copy') return;
    count += 1;
    const error = refuse(call, count);
    if (error !== undefined) throw error;
  };
  return { target: faulty(target, { before }), copies: () => count };
}

const denied = (): ConfigError => new ConfigError('STORE_ACCESS_DENIED', 'access is denied');
const route = (members: Partial<Route>): Route => ({ source, target, tally: noTransfers(), ...members });

async function fillSource(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) await source.put(chunk(number).sourceKey, contentOf(number));
}

describe('moveObject by copy', () => {
  it('lets the provider copy, and reads nothing; what is not told it asks the copy for', async () => {
    await fillSource(1);
    await source.put('a', Buffer.from('file'));
    const way = route({ copies: copies() });
    await moveObject(chunk(1), way);
    await moveObject(file('a', { size: 4 }), way);
    expect((await target.get(chunk(1).targetKey))?.bytes).toEqual(contentOf(1));
    expect((await target.get('a'))?.bytes.toString()).toBe('file');
    expect([source.counts.get, target.counts]).toMatchObject([0, { copy: 2, head: 1, put: 0 }]);
    expect(way.tally).toEqual({
      ...{ chunks: 1, chunksKnown: 0, chunksTwice: 0, bytes: 13, bytesSaved: 0, copied: 2, verified: 0 },
    });
  });

  it('copies content once, and says when the source lacks it or has another version', async () => {
    await fillSource(1);
    const way = route({ copies: copies() });
    await moveObject(chunk(1), way);
    expect(await moveObject(chunk(1), way)).toEqual({ outcome: 'exists', bytes: 0 });
    expect(way.tally).toMatchObject({ chunks: 1, chunksKnown: 1, chunksTwice: 1, copied: 1 });
    await expect(moveObject(chunk(2), way)).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    await source.put('a', Buffer.from('file'));
    await expect(moveObject(file('a', { etag: 'another' }), way)).rejects.toBeInstanceOf(DataError);
  });

  it('copies from a source without a prefix', async () => {
    const buckets: MemoryBuckets = new Map();
    const bare = new MemoryObjectStore({ buckets, bucket: 'bare' });
    const to = new MemoryObjectStore({ buckets, bucket: 'target' });
    await bare.put('a', Buffer.from('file'));
    await moveObject(file('a'), route({ source: bare, target: to, copies: copies(1, { bucket: 'bare', prefix: '' }) }));
    expect((await to.get('a'))?.bytes.toString()).toBe('file');
  });

  it('relays and verifies the object whose copy is refused, and goes on copying the others', async () => {
    await fillSource(3);
    const store = refusing(({ args }) => (args[0] === chunk(2).targetKey ? denied() : undefined));
    const way = route({ target: store.target, copies: copies() });
    for (const number of [1, 2, 3]) await moveObject(chunk(number), way);
    expect((await target.get(chunk(2).targetKey))?.bytes).toEqual(contentOf(2));
    expect(way.tally).toMatchObject({ chunks: 3, copied: 2, verified: 1, bytes: 27 });
    expect(told).toEqual(['proven by content 1', 'STORE_ACCESS_DENIED for content 2']);
  });

  it('does not believe in a copy that is not there', async () => {
    await fillSource(1);
    const forgetful = ({ method }: Call): void => {
      if (method === 'copy') target.objects.clear();
    };
    const store = faulty(target, { after: forgetful });
    const way = route({ target: store, copies: copies() });
    await moveObject(chunk(1), way);
    expect([way.tally.copied, (await target.get(chunk(1).targetKey))?.bytes]).toEqual([0, contentOf(1)]);
    expect(told).toEqual(['COPY_NOT_THERE for content 1, the last']);
  });

  it('leaves what may pass to be tried again: that is no refusal', async () => {
    await fillSource(1);
    const store = refusing(() => new TransientError('STORE_THROTTLED', 'slow down'));
    await expect(moveObject(chunk(1), route({ target: store.target, copies: copies() }))).rejects.toMatchObject({
      code: 'STORE_THROTTLED',
    });
    expect([source.counts.get, told]).toEqual([0, []]);
  });
});

describe('a provider that fails at copies', () => {
  const failing = () => new TransientError('STORE_FAILED', 'the provider failed, 6 attempts');

  it('refuses them, when it has not done one yet', async () => {
    await fillSource(1);
    const way = route({ target: refusing(failing).target, copies: copies() });
    await moveObject(chunk(1), way);
    expect([way.tally.verified, told]).toEqual([1, ['STORE_FAILED for content 1, the last']]);
  });

  it('is to be asked again, when it has', async () => {
    await fillSource(2);
    const store = refusing((_call, copy) => (copy === 2 ? failing() : undefined));
    const way = route({ target: store.target, copies: copies() });
    await moveObject(chunk(1), way);
    await expect(moveObject(chunk(2), way)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});

describe('copies that are tried', () => {
  async function moveAll(count: number, way: Route): Promise<void> {
    await fillSource(count);
    await Promise.all(Array.from({ length: count }, (_, number) => moveObject(chunk(number + 1), way)));
  }

  it('end with the first object where the provider refuses that: all others wait for it', async () => {
    const store = refusing(denied);
    const way = route({ target: store.target, copies: copies() });
    await moveAll(20, way);
    expect([store.copies(), told]).toEqual([1, ['STORE_ACCESS_DENIED for content 1, the last']]);
    expect([way.tally.chunks, way.tally.verified]).toEqual([20, 20]);
  });

  it('end after eight refusals in a row where somebody insists', async () => {
    const store = refusing(denied);
    const way = route({ target: store.target, copies: copies(8) });
    await moveAll(20, way);
    expect([store.copies(), way.tally.verified, told.at(-1)]).toEqual([8, 20, 'STORE_ACCESS_DENIED for content 8, the last']);
  });

  it('go on while some are done between those that are refused', async () => {
    const store = refusing((_call, copy) => (copy % 2 === 0 ? denied() : undefined));
    const way = route({ target: store.target, copies: copies() });
    await fillSource(40);
    for (let number = 1; number <= 40; number += 1) await moveObject(chunk(number), way);
    expect([store.copies(), way.tally.copied]).toEqual([40, 20]);
  });

  it('are sure, so that they take no memory, as long as none was refused', async () => {
    await fillSource(2);
    const tried = copies();
    const way = route({ target: refusing((_call, copy) => (copy === 2 ? denied() : undefined)).target, copies: tried });
    expect(tried.sure).toBe(false);
    await moveObject(chunk(1), way);
    expect(tried.sure).toBe(true);
    await moveObject(chunk(2), way);
    expect(tried.sure).toBe(false);
  });
});

describe('a copy in parts', () => {
  it('is put together from spans of one version', async () => {
    await source.put('large', Buffer.from('0123456789'));
    expect(await copyParts(file('large', { size: 10 }), FROM, { source, target }, 4)).toEqual({ outcome: 'written', bytes: 10 });
    expect((await target.get('large'))?.bytes.toString()).toBe('0123456789');
    expect([target.counts.copy, source.counts.get]).toEqual([3, 0]);
  });

  it('leaves nothing behind when a part is refused', async () => {
    await source.put('large', Buffer.from('0123456789'));
    const another = file('large', { size: 10, etag: 'another' });
    await expect(copyParts(another, FROM, { source, target }, 4)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect([await target.head('large'), target.counts.delete]).toEqual([undefined, 1]);
  });
});
