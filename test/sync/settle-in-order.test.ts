import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleInOrder, type OrderedWork } from '../../lib/sync/settle-in-order.ts';

/** Ends after so many turns of the event loop's own queue. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

interface Item {
  readonly prepare: number;
  readonly settle: number;
}

interface Told {
  readonly begun: number[];
  readonly forward: number[];
  readonly settled: number[];
  atWork: number;
  mostAhead: number;
}

/** Work of so many turns each, at most `window` items ahead; the item of ordinal `stopAt` is not settled. */
function workOf(told: Told, window: number, stopAt: number, mayBegin = (): boolean => true): OrderedWork<Item, Item> {
  return {
    hasRoom: (_, ahead) => ahead.length < window,
    mayBegin: async () => {
      await turns(1);
      return mayBegin();
    },
    begin: (item, ordinal) => {
      told.begun.push(ordinal);
      told.atWork += 1;
      told.mostAhead = Math.max(told.mostAhead, told.begun.length - told.settled.length);
      const prepared = turns(item.prepare).then(() => {
        told.atWork -= 1;
        return item;
      });
      return { prepared, comeForward: () => void told.forward.push(ordinal) };
    },
    settle: async (item, ordinal) => {
      await turns(item.settle);
      if (ordinal === stopAt) return false;
      told.settled.push(ordinal);
      return true;
    },
  };
}

const nothing = (): Told => ({ begun: [], forward: [], settled: [], atWork: 0, mostAhead: 0 });
const items = fc.array(fc.record({ prepare: fc.nat(30), settle: fc.nat(10) }), { maxLength: 40 });

describe('settleInOrder', () => {
  it('settles in order whatever takes how long, and begins no more ahead than there is room for, but that many', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 8 }), async (all, window) => {
        const told = nothing();
        expect(await settleInOrder(all, workOf(told, window, -1))).toBe(all.length);
        const ordinals = [...all.keys()];
        expect([told.begun, told.forward, told.settled]).toEqual([ordinals, ordinals, ordinals]);
        expect([told.atWork, told.mostAhead <= window]).toEqual([0, true]);
      }),
    );
  });

  it('settles nothing after the first that is not settled, and ends when all that was begun has', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.nat(40), fc.integer({ min: 1, max: 8 }), async (all, stopAt, window) => {
        const told = nothing();
        const settled = await settleInOrder(all, workOf(told, window, stopAt));
        expect(settled).toBe(Math.min(stopAt, all.length));
        expect([told.settled, told.atWork]).toEqual([[...all.keys()].slice(0, settled), 0]);
      }),
    );
  });

  it('settles all that was begun when no more may begin', async () => {
    const told = nothing();
    const all = Array.from({ length: 9 }, () => ({ prepare: 20, settle: 1 }));
    expect(
      await settleInOrder(
        all,
        workOf(told, 4, -1, () => told.begun.length < 3),
      ),
    ).toBe(3);
    expect([told.begun, told.settled]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it('throws what a turn throws when all that was begun has ended', async () => {
    const told = nothing();
    const all = Array.from({ length: 9 }, () => ({ prepare: 25, settle: 1 }));
    const work = { ...workOf(told, 4, -1), settle: () => Promise.reject(new Error('a bug')) };
    await expect(settleInOrder(all, work)).rejects.toThrow('a bug');
    expect([told.begun.length, told.atWork]).toEqual([4, 0]);
    const never = { ...workOf(nothing(), 4, -1), mayBegin: () => Promise.reject(new Error('another bug')) };
    await expect(settleInOrder(all, never)).rejects.toThrow('another bug');
  });
});
