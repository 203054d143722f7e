import { describe, expect, it } from 'vitest';
import { TransientError } from '../../lib/errors.ts';
import { runPhase } from '../../lib/transfer/run-phase.ts';
import { faulty } from '../support/faulty.ts';
import { MemoryObjectStore } from '../support/memory-object-store.ts';
import { chunk, contentOf, options, phaseOf, sourceWith } from '../support/transfers.ts';

const emptyTarget = (): MemoryObjectStore => new MemoryObjectStore({ bucket: 'target', prefix: 'offsite' });
const digestOf = (number: number): string => chunk(number).digest!.toString('hex');

/** A source that lacks the contents of these numbers. */
async function sourceWithout(missing: readonly number[], count: number): Promise<MemoryObjectStore> {
  return sourceWith(Array.from({ length: count }, (_, number) => number).filter((number) => !missing.includes(number)));
}

const numbersTo = (count: number) => Array.from({ length: count }, (_, number) => chunk(number));

describe('runPhase and damage in the bulk', () => {
  it('moves all that is good before it fails, and names every damaged chunk', async () => {
    const source = await sourceWithout([1, 3, 5], 8);
    const target = emptyTarget();
    const failing = runPhase(phaseOf(numbersTo(8)), 0, options(source, target, { limit: 2 }));
    await expect(failing).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    expect(target.objects.size).toBe(5);
  });

  it('tells the digests of the others with the first one', async () => {
    const source = await sourceWith([0, 1, 2, 3]);
    for (const number of [1, 3]) await source.put(chunk(number).sourceKey, Buffer.from('damaged'));
    const failing = runPhase(phaseOf(numbersTo(4)), 0, options(source, emptyTarget(), { limit: 1 }));
    await expect(failing).rejects.toMatchObject({
      code: 'CHUNK_DIGEST_MISMATCH',
      context: { digest: digestOf(1), moreDigests: [digestOf(3)] },
      message: expect.stringContaining('1 more of its chunks') as string,
    });
  });

  it('fails at once in a phase that holds no bulk', async () => {
    const source = await sourceWithout([0], 6);
    const run = options(source, emptyTarget(), { limit: 1 });
    await expect(runPhase({ ...phaseOf(numbersTo(6)), resumable: false }, 0, run)).rejects.toMatchObject({
      code: 'CHUNK_MISSING',
    });
    expect(source.counts.get).toBe(1);
  });

  it('gives up when there is too much of it', async () => {
    const source = await sourceWith([]);
    await expect(runPhase(phaseOf(numbersTo(200)), 0, options(source, emptyTarget(), { limit: 1 }))).rejects.toMatchObject({
      code: 'CHUNK_MISSING',
      message: expect.stringContaining('50 more of its chunks') as string,
    });
    expect(source.counts.get).toBe(51);
  });

  it('never goes on from a position behind damage: a stop after it fails the phase', async () => {
    const source = await sourceWithout([1], 20);
    for (let stopAt = 0; stopAt <= 20; stopAt += 1) {
      let asked = 0;
      const stop = (): boolean => (asked += 1) > stopAt;
      const outcome = runPhase(phaseOf(numbersTo(20)), 0, options(source, emptyTarget(), { limit: 2, stop }));
      if (stopAt < 2) expect(await outcome).toEqual({ done: false, position: stopAt });
      else await expect(outcome).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    }
  });

  it('lets a passing fault end the phase, whatever damage there was', async () => {
    const source = await sourceWithout([0], 6);
    const flaky = faulty(source, {
      before: ({ args }) => {
        if (args[0] === chunk(3).sourceKey) throw new TransientError('SLOW_DOWN', 'throttled');
      },
    });
    const run = { ...options(source, emptyTarget(), { limit: 1 }), source: flaky };
    await expect(runPhase(phaseOf(numbersTo(6)), 0, run)).rejects.toMatchObject({ code: 'SLOW_DOWN' });
  });
});

describe('runPhase on a target that is not believed', () => {
  it('reads what is there, keeps what is good, and replaces what is damaged or missing', async () => {
    const source = await sourceWith([0, 1, 2]);
    const target = emptyTarget();
    await target.put(chunk(0).targetKey, contentOf(0));
    await target.put(chunk(1).targetKey, Buffer.from('damaged'));
    target.counts.put = 0;
    const run = options(source, target, { distrust: true });
    expect(await runPhase(phaseOf([...numbersTo(3), chunk(0)]), 0, run)).toEqual({ done: true, position: 4 });
    for (const number of [0, 1, 2]) expect((await target.get(chunk(number).targetKey))?.bytes).toEqual(contentOf(number));
    expect([target.counts.put, source.counts.get, run.tally.chunks, run.tally.chunksKnown]).toEqual([2, 2, 2, 2]);
  });

  it('leaves a damaged chunk as it is when the source has no better one', async () => {
    const target = emptyTarget();
    await target.put(chunk(0).targetKey, Buffer.from('damaged'));
    const run = options(await sourceWith([]), target, { distrust: true });
    await expect(runPhase(phaseOf(numbersTo(1)), 0, run)).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    expect((await target.get(chunk(0).targetKey))?.bytes.toString()).toBe('damaged');
  });
});

describe('runPhase and a stop during a search', () => {
  it('takes nothing for missing that half a search has not seen', async () => {
    const held = Array.from({ length: 2500 }, (_, number) => number);
    const source = await sourceWith(held);
    const target = emptyTarget();
    for (const number of held) await target.put(chunk(number).targetKey, contentOf(number));
    target.counts.put = 0;
    let asked = 0;
    const outcome = await runPhase(phaseOf(numbersTo(2500)), 0, options(source, target, { stop: () => (asked += 1) > 0 }));
    expect(outcome.done).toBe(false);
    expect([target.counts.put, source.counts.get]).toEqual([0, 0]);
    expect(await runPhase(phaseOf(numbersTo(2500)), outcome.position, options(source, target))).toEqual({
      done: true,
      position: 2500,
    });
    expect(target.counts.put).toBe(0);
  });
});
