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
        await inFlight(items.keys(), { limit }, async (index) => {
          seen.push(index);
          atWork += 1;
          most = Math.max(most, atWork);
          await turns(20 + items[index]!);
          atWork -= 1;
        });
        expect(seen).toEqual([...items.keys()]);
        expect(most).toBe(Math.min(limit, items.length));
        expect(atWork).toBe(0);
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

  it('lets the items clean up after themselves when a failure ends it', async () => {
    let closed = false;
    async function* items(): AsyncGenerator<number> {
      try {
        for (let item = 0; ; item += 1) yield await Promise.resolve(item);
      } finally {
        closed = true;
      }
    }
    const begun: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      await turns(5);
      if (item === 1) throw new Error('item 1');
    };
    await expect(inFlight(items(), { limit: 1 }, work)).rejects.toThrow('item 1');
    expect([closed, begun]).toEqual([true, [0, 1]]);
  });
});
