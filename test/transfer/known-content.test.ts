import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { knownContent, type KnownContent, type Presence } from '../../lib/transfer/known-content.ts';
import { cheapestWay, estimateObjects, sweepPrefixes } from '../../lib/transfer/search-cost.ts';
import type { ObjectReader } from '../../lib/datastore/object-store.ts';
import { MemoryObjectStore } from '../support/memory-object-store.ts';
import { seededRandom } from '../support/random.ts';

const random = seededRandom('known content');
const digests = (count: number): Buffer[] => Array.from({ length: count }, () => random.bytes(32));

/** What is known of a target, and the target that is asked. */
interface Known extends KnownContent {
  readonly target: ObjectReader;
}

const knownOn = (target: ObjectReader, capacity?: number): Known => ({ ...knownContent(pbsLayout, capacity), target });

function locate(known: Known, asked: readonly Buffer[], beat = (): Promise<void> => Promise.resolve()): Promise<Presence[]> {
  return known.locate(asked, { target: known.target, beat });
}

async function targetWith(held: readonly Buffer[]): Promise<MemoryObjectStore> {
  const target = new MemoryObjectStore({ prefix: 'offsite' });
  for (const digest of held) await target.put(chunkKey(digest), Buffer.from('chunk'));
  Object.assign(target.counts, noRequests());
  return target;
}

describe('knownContent', () => {
  it('knows an empty target after one listing and asks for nothing else', async () => {
    const target = await targetWith([]);
    const known = knownOn(target);
    expect(await locate(known, digests(3))).toEqual(['missing', 'missing', 'missing']);
    expect(await locate(known, digests(2))).toEqual(['missing', 'missing']);
    expect(target.counts).toEqual({ ...noRequests(), list: 1 });
  });

  it('knows a small target by one listing', async () => {
    const held = digests(400);
    const target = await targetWith(held);
    const known = knownOn(target);
    expect(await locate(known, [held[0]!, ...digests(1), held[399]!])).toEqual(['present', 'missing', 'present']);
    expect(target.counts).toEqual({ ...noRequests(), list: 1 });
  });

  it('asks for nothing that it was told of', async () => {
    const target = await targetWith([]);
    const known = knownOn(target);
    const told = digests(2);
    for (const digest of told) known.add(digest);
    expect(await locate(known, told)).toEqual(['present', 'present']);
    expect([known.has(told[0]!), known.has(digests(1)[0]!)]).toEqual([true, false]);
    expect(target.counts).toEqual(noRequests());
  });

  it('takes neither a chunk that PBS marked bad nor a stray object for content', async () => {
    const [bad, stray] = digests(2);
    const target = await targetWith([]);
    await target.put(`${chunkKey(bad!)}.0.bad`, Buffer.from('bad'));
    await target.put('.chunks/readme', Buffer.from('stray'));
    expect(await locate(knownOn(target), [bad!, stray!])).toEqual(['missing', 'missing']);
  });

  it('looks past a first page that holds no content at all', async () => {
    const held = digests(30);
    const target = await targetWith(held);
    for (let number = 0; number < 1000; number += 1) await target.put(`.chunks/.stray-${String(number)}`, Buffer.from('stray'));
    const asked = [...held.slice(0, 10), ...digests(10)];
    expect(await locate(knownOn(target), asked)).toEqual(asked.map((_, at) => (at < 10 ? 'present' : 'missing')));
  });

  it('leaves a few unknown digests on a large target to be asked for one by one', async () => {
    const held = digests(3000);
    const target = await targetWith(held);
    const known = knownOn(target);
    const asked = [held.toSorted((a, b) => a.compare(b))[2500]!, ...digests(8)];
    expect(await locate(known, asked)).toEqual(asked.map(() => 'ask'));
    expect(target.counts).toEqual({ ...noRequests(), list: 1 });
  });

  it('sweeps a large target when many digests are unknown, and never again', async () => {
    const held = digests(3000);
    const target = await targetWith(held);
    const known = knownOn(target);
    const asked = [...held.slice(0, 100), ...digests(100)];
    expect(await locate(known, asked)).toEqual([
      ...held.slice(0, 100).map(() => 'present'),
      ...held.slice(0, 100).map(() => 'missing'),
    ]);
    expect(target.counts).toEqual({ ...noRequests(), list: 1 + 3 });

    expect(await locate(known, [...digests(50), held[7]!])).toEqual([...held.slice(0, 50).map(() => 'missing'), 'present']);
    expect(target.counts.list).toBe(1 + 3);
  });

  it('sweeps from the point on where its listings cost less than the questions they save', async () => {
    // 3,000 objects are three listings or so, each as dear as 12.5 questions.
    const held = digests(3000);
    const requests = async (unknown: number): Promise<'asks' | 'sweeps'> => {
      const target = await targetWith(held);
      const found = await locate(knownOn(target), digests(unknown));
      expect(new Set(found)).toEqual(new Set([target.counts.list > 1 ? 'missing' : 'ask']));
      return target.counts.list > 1 ? 'sweeps' : 'asks';
    };
    expect(await requests(25)).toBe('asks');
    expect(await requests(60)).toBe('sweeps');
    const alone = { spent: 0, sharers: 1, indexes: undefined };
    const ways = (objects: number, counts: readonly number[]) =>
      counts.map((unknown) => cheapestWay({ ...alone, objects, unknown }));
    expect(ways(3000, [37, 38])).toEqual(['heads', 'sweep']);
    expect(ways(3001, [50, 51])).toEqual(['heads', 'sweep']);
  });

  it('sweeps a very large target in parts side by side, which together are all of it', async () => {
    // Its first page lies so densely that it looks like a target of 66,000 objects; there are 1,500.
    const dense = digests(1000);
    for (const [index, digest] of dense.entries()) digest.writeUInt32BE(Math.floor(((index + 1) / 1000) * (2 ** 32 / 66)), 0);
    const held = [
      ...dense,
      ...digests(500).map((digest) => Buffer.concat([Buffer.of(16 + (digest[0]! % 240)), digest.subarray(1)])),
    ];
    const target = await targetWith(held);
    const asked = [...held.slice(900, 1300), ...digests(900)];
    let beats = 0;
    const found = await locate(knownOn(target), asked, async () => void (beats += 1));

    expect(found).toEqual(asked.map((_, index) => (index < 400 ? 'present' : 'missing')));
    // One page to measure by; then 16 parts, the first of which has a page and a bit.
    expect(target.counts).toEqual({ ...noRequests(), list: 1 + 16 });
    expect(beats).toBeGreaterThanOrEqual(16);
    expect([sweepPrefixes('.chunks/', 64_000).length, sweepPrefixes('.chunks/', 64_001).length]).toEqual([1, 16]);
  });

  it('estimates a target from how densely its first page lies', () => {
    const last = Buffer.alloc(32);
    last.writeUInt32BE(2 ** 32 / 4 - 1, 0);
    expect(estimateObjects(1000, last)).toBe(4000);
    expect(estimateObjects(1000, Buffer.alloc(32, 0xff))).toBe(1000);
  });

  it('sweeps once the questions that it left so far would have paid for it', async () => {
    const held = digests(3000);
    const target = await targetWith(held);
    const known = knownOn(target);
    const rounds: string[] = [];
    for (let round = 0; round < 6; round += 1) rounds.push([...new Set(await locate(known, digests(10)))].join());
    expect(rounds[0]).toBe('ask');
    expect(rounds[5]).toBe('missing');
    expect(target.counts.list).toBe(1 + 3);
  });

  it('stays right when more is on the target than it can remember', async () => {
    const held = digests(2500);
    const target = await targetWith(held);
    const known = knownOn(target, 100);
    const asked = [...held.slice(0, 60), ...digests(60)];
    const expected = [...held.slice(0, 60).map(() => 'present'), ...held.slice(0, 60).map(() => 'missing')];
    expect(await locate(known, asked)).toEqual(expected);
    // What is not remembered is found out again.
    expect(await locate(known, asked)).toEqual(expected);
    const few = await locate(known, [held[2400]!, ...digests(1)]);
    expect(few.every((answer) => answer === 'ask' || answer === 'present')).toBe(true);
    expect(few[1]).toBe('ask');
  });

  it('does not call missing what it was told of and could not remember', async () => {
    const target = await targetWith([]);
    const known = knownOn(target, 3);
    await locate(known, digests(1));
    const written = digests(5);
    for (const digest of written) {
      await target.put(chunkKey(digest), Buffer.from('chunk'));
      known.add(digest);
    }
    expect(new Set(await locate(known, written))).not.toContain('missing');
  });

  it('does not sweep a target that it filled itself for a handful of digests', async () => {
    const target = await targetWith([]);
    const known = knownOn(target, 2000);
    await locate(known, digests(1));
    for (const digest of digests(2001)) {
      await target.put(chunkKey(digest), Buffer.from('chunk'));
      known.add(digest);
    }
    Object.assign(target.counts, noRequests());
    expect(await locate(known, digests(3))).toEqual(['ask', 'ask', 'ask']);
    expect(target.counts).toEqual(noRequests());
  });

  it('answers as the target itself would, whatever is held, told and asked', async () => {
    const pool = digests(2600);
    const picks = fc.uniqueArray(fc.nat(pool.length - 1), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 5, 1000, 2500),
        fc.array(picks, { maxLength: 4 }),
        fc.constantFrom(10, 5000),
        async (size, asks, room) => {
          const target = await targetWith(pool.slice(0, size));
          const known = knownOn(target, room);
          for (const ask of asks) {
            const asked = ask.map((index) => pool[index]!);
            const found = await locate(known, asked);
            for (const [at, presence] of found.entries()) {
              const there = target.objects.has(`offsite/${chunkKey(asked[at]!)}`);
              if (presence !== 'ask') expect(presence).toBe(there ? 'present' : 'missing');
              await target.put(chunkKey(asked[at]!), Buffer.from('chunk'));
              known.add(asked[at]!);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('throws a listing that fails, rather than to take the rest for missing', async () => {
    const held = digests(3000);
    const target = await targetWith(held);
    const list = async function* (prefix: string) {
      let pages = 0;
      for await (const page of target.list(prefix)) {
        if ((pages += 1) > 2) throw new Error('the second page is lost');
        yield page;
      }
    };
    const broken = { head: target.head.bind(target), get: target.get.bind(target), list };
    await expect(locate(knownOn(broken), digests(500))).rejects.toThrow('the second page is lost');
  });
});
