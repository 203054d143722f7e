import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapAhead, readAhead } from '../../lib/sync/map-ahead.ts';

/** Lets so many turns of the event loop pass. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('mapAhead', () => {
  it('gives the results in the order of the items, with no more begun than it may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (delays, limit) => {
        const seen = { begun: 0, handedOn: 0, most: 0 };
        const results: number[] = [];
        const mapped = mapAhead(delays.entries(), limit, async ([at, delay]) => {
          seen.begun += 1;
          seen.most = Math.max(seen.most, seen.begun - seen.handedOn);
          await turns(delay);
          return at;
        });
        for await (const at of mapped) {
          results.push(at);
          seen.handedOn += 1;
        }
        expect(results).toEqual([...delays.keys()]);
        expect(seen.most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('throws the first failure in the order of the items, what came before it handed on, what was begun ended', async () => {
    let underWay = 0;
    const results: number[] = [];
    const work = async (at: number): Promise<number> => {
      underWay += 1;
      await turns(at === 2 ? 5 : 1);
      underWay -= 1;
      if (at >= 2) throw new Error(`item ${String(at)}`);
      return at;
    };
    const all = async (): Promise<void> => {
      for await (const at of mapAhead([0, 1, 2, 3, 4], 3, work)) results.push(at);
    };
    await expect(all()).rejects.toThrow('item 2');
    expect([results, underWay]).toEqual([[0, 1], 0]);
  });

  it('throws a failure of the items themselves', async () => {
    const broken = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new Error('connection lost');
    };
    await expect(Array.fromAsync(mapAhead(broken(), 4, (item) => Promise.resolve(item)))).rejects.toThrow('connection lost');
  });
});

describe('readAhead', () => {
  const pages = async function* (count: number, asked: number[], fails = false): AsyncGenerator<number> {
    for (let page = 0; page < count; page += 1) {
      asked.push(page);
      yield page;
    }
    if (fails) throw new Error('connection lost');
  };

  it('gives the same items, one asked for ahead and no more', async () => {
    const asked: number[] = [];
    for await (const page of readAhead(pages(4, asked))) {
      await turns(2);
      expect(asked).toHaveLength(Math.min(page + 2, 4));
    }
    expect(asked).toEqual([0, 1, 2, 3]);
  });

  it('throws where its items end with a failure, after all of them', async () => {
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const page of readAhead(pages(3, [], true))) seen.push(page);
    };
    await expect(all()).rejects.toThrow('connection lost');
    expect(seen).toEqual([0, 1, 2]);
  });
});
