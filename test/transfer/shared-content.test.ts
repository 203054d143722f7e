import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { runPhase } from '../../lib/transfer/run-phase.ts';
import { targetContent, type TargetContent } from '../../lib/transfer/target-content.ts';
import { faulty, type Faults } from '../support/faulty.ts';
import { MemoryObjectStore } from '../support/memory-object-store.ts';
import { seededRandom } from '../support/random.ts';
import { chunk, contentOf, options, phaseOf, sourceWith, type TestOptions } from '../support/transfers.ts';

const emptyTarget = (): MemoryObjectStore => new MemoryObjectStore({ bucket: 'target', prefix: 'offsite' });
const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

/** Calls that take so long as chance has it, so that those of several workers overlap in any order. */
function slow(seed: number): Faults {
  const random = seededRandom('slow', seed);
  return {
    before: async () => {
      for (let turns = random.below(12); turns > 0; turns -= 1) await Promise.resolve();
    },
  };
}

describe('workers that share what they know of a target', () => {
  it('move what several of them need once, whoever comes first', async () => {
    const groups = fc.array(fc.array(fc.nat(20), { maxLength: 30 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(groups, fc.nat(1000), fc.integer({ min: 1, max: 4 }), async (named, seed, limit) => {
        const source = await sourceWith(numbersTo(21));
        const target = emptyTarget();
        const content = targetContent(pbsLayout);
        const runs = named.map((_, at) =>
          options(faulty(source, slow(seed + at)), faulty(target, slow(seed)), { content, limit, turn: at / 4 }),
        );
        await Promise.all(named.map((numbers, at) => runPhase(phaseOf(numbers.map(chunk)), 0, runs[at]!)));
        const wanted = new Set(named.flat()).size;
        expect([source.counts.get, target.counts.put, target.objects.size]).toEqual([wanted, wanted, wanted]);
        expect(runs.reduce((sum, { tally }) => sum + tally.chunks, 0)).toBe(wanted);
        for (const [at, numbers] of named.entries()) {
          expect(runs[at]!.tally.chunks + runs[at]!.tally.chunksKnown).toBe(numbers.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('fail each for itself when a chunk is damaged that all of them need', async () => {
    const source = await sourceWith(numbersTo(8));
    await source.put(chunk(3).sourceKey, Buffer.from('damaged'));
    const content = targetContent(pbsLayout);
    const target = emptyTarget();
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => {
        const own = numbersTo(8).map((number) => ({ ...chunk(number), verify: titled(name, number) }));
        return runPhase(phaseOf(own), 0, options(faulty(source, slow(1)), target, { content, limit: 2 }));
      }),
    );
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).message : 'ended well'));
    expect(reasons).toEqual(['damaged for a', 'damaged for b', 'damaged for c']);
    expect(target.objects.size).toBe(7);
  });

  it('do not take the word of others for a chunk of a copy that is known to be damaged', async () => {
    const source = await sourceWith([1]);
    const target = emptyTarget();
    await target.put(chunk(1).targetKey, Buffer.from('damaged'));
    const content = targetContent(pbsLayout);
    const run = (distrust: boolean) =>
      runPhase(phaseOf([chunk(1)]), 0, options(faulty(source, slow(2)), faulty(target, slow(3)), { content, distrust }));
    await Promise.all([run(false), run(true), run(false)]);
    expect((await target.get(chunk(1).targetKey))?.bytes).toEqual(contentOf(1));
  });
});

/** A verification that names who asked for it. */
function titled(name: string, number: number): (bytes: Buffer) => void {
  return (bytes) => {
    try {
      chunk(number).verify!(bytes);
    } catch (error) {
      (error as Error).message = `damaged for ${name}`;
      throw error;
    }
  };
}

describe('workers in processes of their own', () => {
  /** Two clones; each worker knows what was on the target when it began. */
  async function clones(turns: readonly number[]): Promise<{ moved: number; twice: number; heads: number }> {
    const numbers = numbersTo(400);
    const source = await sourceWith(numbers);
    const target = emptyTarget();
    const contents: TargetContent[] = turns.map(() => targetContent(pbsLayout));
    const members = (at: number): TestOptions => ({ content: contents[at]!, limit: 4, turn: turns[at]! });
    const runs = turns.map((_, at) => options(faulty(source, slow(at)), faulty(target, slow(at + 9)), members(at)));
    await Promise.all(runs.map((run) => runPhase(phaseOf(numbers.map(chunk)), 0, run)));
    return {
      moved: source.counts.get,
      twice: runs.reduce((sum, { tally }) => sum + tally.chunksTwice, 0),
      heads: target.counts.head,
    };
  }

  it('move little twice when their groups are clones: they begin at different places, and ask first after a surprise', async () => {
    const { moved, twice, heads } = await clones([0, 0.5]);
    expect([moved, twice]).toEqual([400 + twice, twice]);
    expect(twice).toBeLessThan(20);
    expect(heads).toBeGreaterThan(0);
  });

  it('count what they move twice', async () => {
    const { moved, twice } = await clones([0, 0]);
    expect(moved).toBe(400 + twice);
    expect(twice).toBeGreaterThan(0);
  });
});
