import { describe, expect, it } from 'vitest';
import type { PartVerifier, Transfer } from '../../lib/datastore/layout.ts';
import type { GetOptions, ObjectReader, StoredObject } from '../../lib/datastore/object-store.ts';
import { DataError, TransientError } from '../../lib/errors.ts';
import { moveObject } from '../../lib/transfer/move-object.ts';
import { PARTS_FROM_BYTES } from '../../lib/transfer/move-parts.ts';
import { noTransfers } from '../../lib/transfer/tally.ts';
import { faulty } from '../support/faulty.ts';
import { MemoryObjectStore } from '../support/memory-object-store.ts';
import { file } from '../support/transfers.ts';

const MIB = 1024 * 1024;
const LARGE = Buffer.alloc(65 * MIB, 'a large index ');

/** An object on the source, stored without a copy of its bytes. */
function sourceWith(key: string, bytes: Buffer): MemoryObjectStore {
  const source = new MemoryObjectStore({ bucket: 'source' });
  source.objects.set(key, { bytes, size: bytes.length, etag: 'one' });
  return source;
}

/** Reads of the source pass by `watch`, which sees what was asked for. */
function watched(source: MemoryObjectStore, watch: (options: GetOptions) => void): ObjectReader {
  const get = (key: string, options: GetOptions = {}): Promise<StoredObject | undefined> => {
    watch(options);
    return source.get(key, options);
  };
  return { get, head: source.head.bind(source), list: source.list.bind(source) };
}

describe('moveObject of a large object', () => {
  it('goes by ranges of one version, part after part, none larger than a part', async () => {
    const source = sourceWith('large', LARGE);
    const target = new MemoryObjectStore({ bucket: 'target' });
    const asked: GetOptions[] = [];
    const tally = noTransfers();
    await moveObject(file('large', { size: LARGE.length }), {
      source: watched(source, (options) => asked.push(options)),
      target,
      tally,
    });

    expect(asked.map(({ range }) => range)).toEqual(
      [0, 16, 32, 48, 64].map((offset) => ({ offset: offset * MIB, length: Math.min(16, 65 - offset) * MIB })),
    );
    expect(new Set(asked.map(({ ifMatch }) => ifMatch))).toEqual(new Set(['one']));
    expect((await target.get('large'))?.bytes.equals(LARGE)).toBe(true);
    expect(tally).toEqual({
      chunks: 0,
      chunksKnown: 0,
      chunksTwice: 0,
      bytes: LARGE.length,
      bytesSaved: 0,
      copied: 0,
      verified: 0,
    });
  });

  it('goes whole up to the limit', async () => {
    const source = sourceWith('limit', LARGE.subarray(0, PARTS_FROM_BYTES));
    const target = new MemoryObjectStore({ bucket: 'target' });
    await moveObject(file('limit', { size: PARTS_FROM_BYTES }), { source, target, tally: noTransfers() });
    expect([source.counts.get, source.counts.head, target.counts.put]).toEqual([1, 0, 1]);
  });

  it('is shown to its verifier part by part, and proven before it is visible', async () => {
    const source = sourceWith('large', LARGE);
    const target = new MemoryObjectStore({ bucket: 'target' });
    const seen: (number | string)[] = [];
    const verifyParts = (): PartVerifier => ({
      push: (bytes) => void seen.push(bytes.length / MIB),
      end: () => void seen.push(target.objects.has('large') ? 'visible' : 'invisible'),
    });
    const tally = noTransfers();
    await moveObject(file('large', { size: LARGE.length, verifyParts }), { source, target, tally });
    expect(seen).toEqual([16, 16, 16, 16, 1, 'invisible']);
    expect(tally.verified).toBe(1);
  });

  it('leaves nothing behind when it does not verify', async () => {
    const verifyParts = (): PartVerifier => ({
      push: () => undefined,
      end: () => {
        throw new DataError('ARCHIVE_CHECKSUM_MISMATCH', 'large is damaged');
      },
    });
    const { error, target } = await moveFailing({ verifyParts });
    expect(error).toMatchObject({ code: 'ARCHIVE_CHECKSUM_MISMATCH' });
    expect([target.objects.size, target.counts.delete]).toEqual([0, 1]);
  });

  it('leaves nothing behind when the source changes or vanishes in the middle', async () => {
    const changing = await moveFailing({}, (source) =>
      source.objects.set('large', { bytes: LARGE, size: LARGE.length, etag: 'two' }),
    );
    expect(changing.error).toMatchObject({ code: 'SOURCE_CHANGED' });
    const vanishing = await moveFailing({}, (source) => source.objects.delete('large'));
    expect(vanishing.error).toMatchObject({ code: 'ARCHIVE_MISSING' });
    expect([changing.target.objects.size, changing.target.counts.delete]).toEqual([0, 1]);
    expect([vanishing.target.objects.size, vanishing.target.counts.delete]).toEqual([0, 1]);
  });

  it('begins nothing when the source lacks it', async () => {
    const target = new MemoryObjectStore({ bucket: 'target' });
    const source = new MemoryObjectStore({ bucket: 'source' });
    const move = moveObject(file('large', { size: LARGE.length }), { source, target, tally: noTransfers() });
    await expect(move).rejects.toMatchObject({ code: 'ARCHIVE_MISSING' });
    expect(target.counts.put).toBe(0);
  });

  it('tells of the failure that came first, when its parts cannot be thrown away either', async () => {
    const target = new MemoryObjectStore({ bucket: 'target' });
    const upload = await target.startMultipart('large');
    const broken = faulty(upload, {
      before: ({ method }) => {
        if (method !== 'complete') throw new TransientError(method, `${method} failed`);
      },
    });
    const writer = Object.assign(new MemoryObjectStore(), { startMultipart: () => Promise.resolve(broken) });
    const source = sourceWith('large', LARGE);
    const move = moveObject(file('large', { size: LARGE.length }), { source, target: writer, tally: noTransfers() });
    await expect(move).rejects.toMatchObject({ code: 'uploadPart' });
  });
});

/** Moves the large object; `happens` to the source after its second part was read. */
async function moveFailing(members: Partial<Transfer>, happens: (source: MemoryObjectStore) => void = () => undefined) {
  const source = sourceWith('large', LARGE);
  const target = new MemoryObjectStore({ bucket: 'target' });
  let reads = 0;
  const reader = watched(source, () => {
    reads += 1;
    if (reads === 3) happens(source);
  });
  const move = moveObject(file('large', { size: LARGE.length, ...members }), { source: reader, target, tally: noTransfers() });
  const error: unknown = await move.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, target };
}
