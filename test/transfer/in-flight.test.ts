import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFlight } from '../../lib/transfer/in-flight.ts';

/** Ends after so many turns of the event loop's own queue. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe('inFlight', () => {
  it('works on each item once, and never on more at once than the limit, which it reaches', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 6 }), async (items, limit) => {
        let atWork = 0;
        let most = 0;
        const seen: number[] = [];
        const outcome = await inFlight(items.keys(), { limit }, async (index) => {
          seen.push(index);
          atWork += 1;
          most = Math.max(most, atWork);
          await turns(20 + items[index]!);
          atWork -= 1;
        });
        expect(seen).toEqual([...items.keys()]);
        expect(most).toBe(Math.min(limit, items.length));
        expect([outcome, atWork]).toEqual([{ issued: items.length, stopped: false }, 0]);
      }),
    );
  });

  it('throws the first failure when all that was under way has ended, and begins nothing after it', async () => {
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      await turns(item === 1 ? 2 : 50);
      if (item < 2) throw new Error(`item ${String(item)}`);
      ended.push(item);
    };
    await expect(inFlight([0, 1, 2, 3, 4, 5], { limit: 3 }, work)).rejects.toThrow('item 1');
    expect(ended).toEqual([2]);
  });

  it('throws what a worker throws before it gives a promise', async () => {
    const work = (): Promise<void> => {
      throw new Error('at once');
    };
    await expect(inFlight([1, 2], { limit: 2 }, work)).rejects.toThrow('at once');
  });

  it('stops between two items, with all that were begun ended', async () => {
    const begun: number[] = [];
    let ended = 0;
    const outcome = await inFlight([0, 1, 2, 3, 4, 5], { limit: 2, stop: () => begun.length >= 3 }, async (item) => {
      begun.push(item);
      await turns(10);
      ended += 1;
    });
    expect(outcome).toEqual({ issued: 3, stopped: true });
    expect([begun, ended]).toEqual([[0, 1, 2], 3]);
  });

  it('is not stopped when nothing is left to begin', async () => {
    const outcome = await inFlight([0, 1], { limit: 8, stop: () => false }, () => Promise.resolve());
    expect(outcome).toEqual({ issued: 2, stopped: false });
    expect(await inFlight([], { limit: 1, stop: () => true }, () => Promise.resolve())).toEqual({ issued: 0, stopped: false });
  });

  it('waits for all that is under way when the items themselves fail', async () => {
    let ended = 0;
    async function* items(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      yield 2;
      throw new Error('no more items can be read');
    }
    const work = async (): Promise<void> => {
      await turns(30);
      ended += 1;
    };
    await expect(inFlight(items(), { limit: 4 }, work)).rejects.toThrow('no more items can be read');
    expect(ended).toBe(2);
  });

  it('lets the items clean up after themselves when it stops early', async () => {
    let closed = false;
    async function* items(): AsyncGenerator<number> {
      try {
        for (let item = 0; ; item += 1) yield await Promise.resolve(item);
      } finally {
        closed = true;
      }
    }
    let begun = 0;
    await inFlight(items(), { limit: 1, stop: () => begun >= 2 }, () => Promise.resolve(void (begun += 1)));
    expect([closed, begun]).toEqual([true, 2]);
  });
});
