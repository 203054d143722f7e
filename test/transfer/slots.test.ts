import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConcurrencyController, TransferSample } from '../../lib/transfer/concurrency/controller.ts';
import { memoryBudget, type MemoryBudget } from '../../lib/transfer/memory-budget.ts';
import { openSlots, type Slots } from '../../lib/transfer/slots.ts';
import { controlled } from '../support/transfers.ts';

/** Ends after so many turns of the event loop's own queue. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

function slotsOf(limit: number, budget: MemoryBudget = memoryBudget(1000), controller = controlled(limit)): Slots {
  return openSlots({ controller, budget, now: () => 0, meter: () => 'moved' });
}

const END = { bytes: 0, failed: false };

describe('slots', () => {
  it('never go beyond the limit or the budget, serve everybody, and are all free in the end', async () => {
    const wish = fc.record({ ordinal: fc.nat(5), bytes: fc.nat(150), turns: fc.nat(12), worker: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (wishes, limit) => {
        const budget = memoryBudget(100);
        const workers = [0, 1, 2].map(() => slotsOf(limit, budget));
        const active = [0, 0, 0];
        const held = new Set<{ bytes: number }>();
        const work = wishes.map(async (each) => {
          const slot = await workers[each.worker]!.acquire(each.ordinal, each.bytes);
          active[each.worker]! += 1;
          held.add(each);
          expect(active[each.worker]).toBeLessThanOrEqual(limit);
          const bytes = [...held].filter((one) => one.bytes > 0).map((one) => one.bytes);
          expect(bytes.length === 1 || bytes.reduce((a, b) => a + b, 0) <= 100).toBe(true);
          await turns(each.turns);
          active[each.worker]! -= 1;
          held.delete(each);
          slot.release(END);
        });
        await Promise.all(work);
        await Promise.all(workers.map((slots) => slots.spare()));
        const all = Array.from({ length: limit }, () => workers[0]!.acquire(0, 0));
        await Promise.all(all);
      }),
      { numRuns: 200 },
    );
  });

  it('go to the oldest snapshot first where memory, and not their number, is short', async () => {
    const slots = slotsOf(64, memoryBudget(100));
    const [first, second] = [await slots.acquire(0, 50), await slots.acquire(0, 50)];
    const order: string[] = [];
    const ask = (name: string, ordinal: number) =>
      slots.acquire(ordinal, 50).then((slot) => {
        order.push(name);
        return slot;
      });
    const younger = ask('younger', 4);
    const all = [ask('young', 2), ask('old', 1), ask('oldest', 0)];
    first.release(END);
    (await younger).release(END);
    for (const [at] of all.entries()) (await all[all.length - 1 - at]!).release(END);
    second.release(END);
    expect(order).toEqual(['younger', 'oldest', 'old', 'young']);
  });

  it('go to the oldest snapshot first, and within it to whoever came first', async () => {
    const ordinals = fc.array(fc.nat(4), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(ordinals, async (asked) => {
        const slots = slotsOf(1);
        const first = await slots.acquire(9, 0);
        const order: [number, number][] = [];
        const all = asked.map(async (ordinal, index) => {
          const slot = await slots.acquire(ordinal, 0);
          order.push([ordinal, index]);
          slot.release(END);
        });
        first.release(END);
        await Promise.all(all);
        expect(order).toEqual(
          [...asked.entries()]
            .map(([index, ordinal]) => [ordinal, index])
            .sort(([a = 0, i = 0], [b = 0, j = 0]) => a - b || i - j),
        );
      }),
    );
  });

  it('are as many as the controller says by then, and it is told how each transfer went', async () => {
    let limit = 1;
    const told: string[] = [];
    const controller: ConcurrencyController = {
      get limit() {
        return limit;
      },
      begun: (now) => void told.push(`begun at ${String(now)}`),
      ended: ({ startedAt, now, bytes, outcome }: TransferSample) =>
        void told.push(`${outcome} ${String(bytes)} from ${String(startedAt)} to ${String(now)}`),
    };
    let clock = 10;
    const slots = openSlots({ controller, budget: memoryBudget(100), now: () => clock, meter: () => 'throttled' });
    const first = await slots.acquire(0, 10);
    const others = [slots.acquire(1, 0), slots.acquire(1, 0)];
    clock = 25;
    limit = 3;
    first.release({ bytes: 7, failed: false });
    for (const slot of await Promise.all(others)) slot.release({ bytes: 0, failed: true });
    expect(told).toEqual([
      'begun at 10',
      'throttled 7 from 10 to 25',
      ...['begun at 25', 'begun at 25'],
      ...['failed 0 from 25 to 25', 'failed 0 from 25 to 25'],
    ]);
  });

  it('are spare when one is free and nobody waits', async () => {
    const slots = slotsOf(2);
    const [a, b] = await Promise.all([slots.acquire(0, 0), slots.acquire(0, 0)]);
    let spare = false;
    const waiting = slots.spare().then(() => (spare = true));
    const older = slots.acquire(0, 0);
    a.release(END);
    await turns(20);
    expect(spare).toBe(false);
    b.release(END);
    await waiting;
    (await older).release(END);
    await slots.spare();
  });
});

describe('a memory budget', () => {
  it('lets what is larger than all of it go alone, and nobody overtake', async () => {
    const budget = memoryBudget(100);
    const order: string[] = [];
    const take = async (name: string, bytes: number): Promise<() => void> => {
      const free = await budget.take(bytes);
      order.push(name);
      return free;
    };
    const small = await take('small', 30);
    const huge = take('huge', 5000);
    const after = take('after', 1);
    const nothing = await take('nothing', 0);
    await turns(10);
    expect(order).toEqual(['small', 'nothing']);
    nothing();
    small();
    const free = await huge;
    await turns(10);
    expect(order).toEqual(['small', 'nothing', 'huge']);
    free();
    (await after)();
    expect(order.at(-1)).toBe('after');
  });
});
