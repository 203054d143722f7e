import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../lib/datastore/layout.ts';
import { DataError } from '../../lib/errors.ts';
import { runPhase } from '../../lib/transfer/run-phase.ts';
import { noTransfers } from '../../lib/transfer/tally.ts';
import { MemoryObjectStore } from '../support/memory-object-store.ts';
import { chunk, contentOf, file, options, phaseOf, sourceWith } from '../support/transfers.ts';

const emptyTarget = (): MemoryObjectStore => new MemoryObjectStore({ bucket: 'target', prefix: 'offsite' });

/** A stop that comes before transfer number `count` (from 0) would be begun. */
function stopAfter(count: number): () => boolean {
  let asked = 0;
  return () => (asked += 1) > count;
}

describe('runPhase', () => {
  it('moves each object by one GET and one PUT, and asks an empty target for nothing but one listing', async () => {
    const source = await sourceWith([1, 2, 3, 4, 5]);
    const target = emptyTarget();
    const run = options(source, target);
    expect(await runPhase(phaseOf([1, 2, 3, 4, 5].map(chunk)), 0, run)).toEqual({ done: true, position: 5 });

    expect(source.counts).toMatchObject({ list: 0, head: 0, get: 5 });
    expect(target.counts).toMatchObject({ list: 1, head: 0, get: 0, put: 5 });
    const bytes = [1, 2, 3, 4, 5].reduce((sum, number) => sum + contentOf(number).length, 0);
    expect(run.tally).toEqual({ chunks: 5, chunksKnown: 0, chunksTwice: 0, bytes, bytesSaved: 0, copied: 0, verified: 5 });
  });

  it('moves what is named twice once', async () => {
    const source = await sourceWith([1, 2]);
    const target = emptyTarget();
    const run = options(source, target);
    await runPhase(phaseOf([1, 2, 1, 1, 2].map(chunk)), 0, run);
    expect([source.counts.get, target.counts.put, run.tally.chunks, run.tally.chunksKnown]).toEqual([2, 2, 2, 3]);
  });

  it('counts the content of each reference that needs no write as saved', async () => {
    const source = await sourceWith([1, 2, 3]);
    const target = emptyTarget();
    await target.put(chunk(1).targetKey, contentOf(1));
    const sized = (number: number): Transfer => ({ ...chunk(number), contentBytes: 100 * number });
    const run = options(source, target);
    await runPhase(phaseOf([1, 2, 2, 3, 1].map(sized)), 0, run);
    expect(run.tally).toMatchObject({ chunks: 2, chunksKnown: 3, chunksTwice: 0, bytesSaved: 400 });
  });

  it('asks a large target for each of a few, and moves what it lacks', async () => {
    const held = Array.from({ length: 1500 }, (_, index) => index);
    const source = await sourceWith([...held, 2000]);
    const target = emptyTarget();
    for (const number of held) await target.put(chunk(number).targetKey, contentOf(number));
    target.counts.put = 0;
    // The first page is known after the one listing, so ask for what sorts last.
    const last = held.toSorted((a, b) => (chunk(a).targetKey < chunk(b).targetKey ? -1 : 1)).slice(-3);
    const run = options(source, target);
    await runPhase(phaseOf([...last, 2000].map(chunk)), 0, run);
    expect(target.counts).toMatchObject({ list: 1, put: 1 });
    expect(target.counts.head).toBeGreaterThanOrEqual(3);
    expect([source.counts.get, run.tally.chunks, run.tally.chunksKnown]).toEqual([1, 1, 3]);
  });

  it('goes on at the position where it stopped: all is moved, nothing twice, and counted once', async () => {
    const numbers = fc.array(fc.nat(12), { maxLength: 30 });
    const held = fc.uniqueArray(fc.nat(12), { maxLength: 6 });
    const stops = fc.array(fc.nat(6), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(numbers, held, stops, fc.integer({ min: 1, max: 4 }), async (named, there, stopsAfter, limit) => {
        const source = await sourceWith(named);
        const target = emptyTarget();
        for (const number of there) await target.put(chunk(number).targetKey, contentOf(number));
        target.counts.put = 0;
        const tally = noTransfers();
        let position = 0;
        for (const count of stopsAfter) {
          const outcome = await runPhase(
            phaseOf(named.map(chunk)),
            position,
            options(source, target, { tally, limit, stop: stopAfter(count) }),
          );
          expect(outcome.position).toBeGreaterThanOrEqual(position);
          // All that is behind the position is on the target, and nothing that is not before it was moved.
          const behind = new Set([...named.slice(0, outcome.position), ...there]);
          expect(target.objects.size).toBe(behind.size);
          position = outcome.position;
        }
        expect(await runPhase(phaseOf(named.map(chunk)), position, options(source, target, { tally, limit }))).toEqual({
          done: true,
          position: named.length,
        });
        const wanted = new Set(named);
        const moved = [...wanted].filter((number) => !there.includes(number)).length;
        expect([target.counts.put, source.counts.get]).toEqual([moved, moved]);
        expect([tally.chunks, tally.chunksKnown]).toEqual([moved, named.length - moved]);
        for (const number of wanted) expect((await target.get(chunk(number).targetKey))?.bytes).toEqual(contentOf(number));
      }),
      { numRuns: 150 },
    );
  });

  it('does nothing when it is to go on behind its end', async () => {
    const source = await sourceWith([1]);
    const run = options(source, emptyTarget());
    expect(await runPhase(phaseOf([chunk(1)]), 7, run)).toEqual({ done: true, position: 1 });
    expect(source.counts.get).toBe(0);
  });

  it('goes on in the middle of more transfers than it looks at together', async () => {
    const numbers = Array.from({ length: 70_000 }, (_, index) => index % 3);
    numbers[69_000] = 3;
    const source = await sourceWith([0, 1, 2, 3]);
    const target = emptyTarget();
    const run = options(source, target, { stop: stopAfter(3) });
    expect(await runPhase(phaseOf(numbers.map(chunk)), 0, run)).toEqual({ done: false, position: 69_000 });
    expect(run.tally).toMatchObject({ chunks: 3, chunksKnown: 69_000 - 3 });
    expect(await runPhase(phaseOf(numbers.map(chunk)), 69_000, options(source, target))).toEqual({
      done: true,
      position: 70_000,
    });
    expect(source.counts.get).toBe(4);
  });

  it('throws the first failure when all others have ended, and does not know the object that failed', async () => {
    const source = await sourceWith([1, 2]);
    const target = emptyTarget();
    const run = options(source, target);
    await expect(runPhase(phaseOf([chunk(1), chunk(9), chunk(2)]), 0, run)).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    expect([run.content.known.has(chunk(1).digest!), run.content.known.has(chunk(9).digest!)]).toEqual([true, false]);
    expect(await run.content.known.locate([chunk(9).digest!], run)).toEqual(['missing']);
    expect((await target.head(chunk(2).targetKey))?.size).toBe(contentOf(2).length);
  });

  it('throws when the transfers themselves cannot be read to their end', async () => {
    async function* broken(): AsyncGenerator<Transfer> {
      yield await Promise.resolve(chunk(1));
      throw new DataError('INDEX_INVALID', 'the index ends too early');
    }
    const run = options(await sourceWith([1]), emptyTarget());
    const phase = { ...phaseOf([]), transfers: broken };
    await expect(runPhase(phase, 0, run)).rejects.toMatchObject({ code: 'INDEX_INVALID' });
  });

  it('writes files without asking for them, over what is there', async () => {
    const source = await sourceWith([]);
    await source.put('owner', Buffer.from('new'));
    const target = emptyTarget();
    await target.put('owner', Buffer.from('old'));
    const run = options(source, target);
    await runPhase(phaseOf([file('owner')]), 0, run);
    expect((await target.get('owner'))?.bytes.toString()).toBe('new');
    expect(target.counts).toMatchObject({ list: 0, head: 0, put: 2 });
    expect(run.tally).toEqual({ chunks: 0, chunksKnown: 0, chunksTwice: 0, bytes: 3, bytesSaved: 0, copied: 0, verified: 0 });
  });

  it('beats after each transfer, and what the beat throws ends the phase', async () => {
    const source = await sourceWith([1, 2, 3, 4, 5, 6]);
    let beats = 0;
    const beat = (): Promise<void> => {
      beats += 1;
      return beats === 3 ? Promise.reject(new Error('the lease is lost')) : Promise.resolve();
    };
    const run = options(source, emptyTarget(), { beat, limit: 1 });
    await expect(runPhase(phaseOf([1, 2, 3, 4, 5, 6].map(chunk)), 0, run)).rejects.toThrow('the lease is lost');
    expect([beats, source.counts.get]).toEqual([3, 3]);
  });
});
