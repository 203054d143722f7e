import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { TransientError } from '../../lib/errors.ts';
import { crash, failOnce, recorder, type Call, type TripAt } from '../support/faulty.ts';
import { contents, copyCloud, LEASE_IS_OVER_MS, memoryCloud, runJob, type MemoryCloud } from '../support/memory-run.ts';
import { seededRandom } from '../support/random.ts';
import { findTorn } from '../support/restorable.ts';
import { editNotes, fillSmall, hostOn, nameOf, vmOn } from '../support/sample-store.ts';

/** SHA-256 of 4 MiB of zeros: the chunk that every datastore has, whether a backup refers to it or not. */
const ZEROS = '.chunks/bb9f/bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8';
const SIDES = { workerThreads: 2, transfersInFlight: 2 } as const;
const NEVER = Number.MAX_SAFE_INTEGER;

async function firstSync(): Promise<MemoryCloud> {
  const cloud = memoryCloud(SIDES);
  await fillSmall(cloud.source);
  return cloud;
}

/** A copy of some days; since then new ones came, the notes of the newest were changed, and one group was forgotten. */
async function laterSync(): Promise<MemoryCloud> {
  const cloud = memoryCloud({ ...SIDES, removeVanished: true });
  const builder = await fillSmall(cloud.source);
  for (const number of [2, 3]) await builder.addSnapshot(hostOn(number, { namespace: 'prod/web' }));
  await builder.addSnapshot(hostOn(1, { id: 'gone', namespace: 'old' }));
  await runJob(cloud);
  await editNotes(cloud.source, `.cnt/vm/100/${nameOf(2)}`, 'after the upgrade');
  await builder.addSnapshot(vmOn(3));
  const forgotten = [...cloud.source.objects.keys()].filter((key) => key.includes('/old/'));
  await cloud.source.delete(forgotten.map((key) => key.slice(cloud.source.prefix.length)));
  await builder.addSnapshot(hostOn(4, { namespace: 'prod/web', notes: 'the newest' }));
  return cloud;
}

/** How a run of this cloud ends that nothing disturbs. */
async function cleanRun(cloud: MemoryCloud): Promise<{ calls: number; after: Record<string, string> }> {
  const clean = copyCloud(cloud);
  const wire = crash({ at: NEVER, when: 'before' });
  const { finish } = await runJob(clean, { faults: wire });
  expect(finish.state).toBe('ok');
  expect([clean.bucket.torn, findTorn(clean.bucket, 'offsite')]).toEqual([[], []]);
  return { calls: wire.calls, after: contents(clean.target) };
}

/** Dies there; then another run comes by. Nothing was torn at any write, and nothing is missing in the end. */
async function crashAndRunAgain(cloud: MemoryCloud, trip: TripAt, after: Record<string, string>): Promise<void> {
  const crashed = copyCloud(cloud);
  const wire = crash(trip);
  await runJob(crashed, { faults: wire }).catch(() => undefined);
  expect(wire.tripped).toBe(true);
  expect(findTorn(crashed.bucket, 'offsite')).toEqual([]);

  crashed.clock.advance(LEASE_IS_OVER_MS);
  const again = await runJob(crashed);
  expect([again.finish.state, crashed.bucket.torn]).toEqual(['ok', []]);
  expect(contents(crashed.target)).toEqual(after);
}

const chunkCalls = (calls: readonly Call[], method: string): unknown[] =>
  calls.filter((call) => call.method === method && String(call.args[0]).startsWith('.chunks/')).map(({ args }) => args[0]);

describe('a run', () => {
  it('copies a datastore byte for byte, without the mark of its PBS and without chunks that no backup needs', async () => {
    const cloud = await firstSync();
    const { finish, report } = await runJob(cloud);
    expect([finish.state, report.snapshots, report.groups.ok]).toEqual(['ok', { copied: 3, updated: 0, failed: 0 }, 2]);

    const backups = Object.entries(contents(cloud.source)).filter(([key]) => key !== '.in-use' && key !== ZEROS);
    expect(contents(cloud.target)).toEqual(Object.fromEntries(backups));
    expect([cloud.bucket.torn, findTorn(cloud.bucket, 'offsite')]).toEqual([[], []]);
  });

  it('reads each chunk once and writes it once, and asks an empty target for none', async () => {
    const cloud = await firstSync();
    const passed = recorder();
    await runJob(cloud, { faults: passed });
    const chunks = Object.keys(contents(cloud.target)).filter((key) => key.startsWith('.chunks/'));
    expect(chunkCalls(passed.calls, 'get').toSorted()).toEqual(chunks);
    expect(chunkCalls(passed.calls, 'put').toSorted()).toEqual(chunks);
    expect(passed.calls.filter(({ method }) => method === 'head')).toEqual([]);
  });

  it('costs nothing but listings when there is nothing to do, with the table lost too', async () => {
    const cloud = await firstSync();
    await runJob(cloud);
    for (const next of [cloud, copyCloud(cloud)]) {
      const before = contents(next.target);
      for (const side of [next.source, next.target]) Object.assign(side.counts, noRequests());
      const { finish } = await runJob(next);
      expect([finish.state, finish.counts.groups.planned]).toEqual(['ok', 0]);
      for (const { counts } of [next.source, next.target]) {
        expect({ ...counts, list: 0 }).toEqual(noRequests());
        expect(counts.list).toBeLessThanOrEqual(2);
      }
      expect(contents(next.target)).toEqual(before);
    }
  });

  it('moves of a new snapshot only the chunks that the target lacks', async () => {
    const cloud = memoryCloud(SIDES);
    const builder = await fillSmall(cloud.source);
    await runJob(cloud);
    const built = await builder.addSnapshot(vmOn(3));
    expect(built.newChunks).toBeGreaterThan(0);
    const passed = recorder();
    const { report } = await runJob(cloud, { faults: passed });
    expect([chunkCalls(passed.calls, 'get').length, chunkCalls(passed.calls, 'put').length]).toEqual([
      built.newChunks,
      built.newChunks,
    ]);
    expect([report.tally.chunks, report.tally.chunksKnown, report.snapshots]).toEqual([
      built.newChunks,
      4 - built.newChunks,
      { copied: 1, updated: 0, failed: 0 },
    ]);
    expect(findTorn(cloud.bucket, 'offsite')).toEqual([]);
  });

  it('updates notes, carries new snapshots and takes away what is gone in one go', async () => {
    const cloud = await laterSync();
    const { report } = await runJob(cloud);
    expect(report).toMatchObject({
      state: 'ok',
      snapshots: { copied: 2, updated: 1 },
      removed: { snapshots: 1, groups: 1, namespaces: 1, kept: [] },
    });
    expect(cloud.target.objects.has(`offsite/.cnt/vm/100/${nameOf(3)}/index.json.blob`)).toBe(true);
    expect([...cloud.target.objects.keys()].filter((key) => key.includes('/old/'))).toEqual([]);
    expect([cloud.bucket.torn, findTorn(cloud.bucket, 'offsite')]).toEqual([[], []]);
  });
});

describe('a run that dies', () => {
  it.each(['before', 'after'] as const)(
    '%s any call of a first sync leaves nothing torn, and the next run ends like a clean one',
    async (when) => {
      const cloud = await firstSync();
      const { calls, after } = await cleanRun(cloud);
      for (let at = 1; at <= calls; at += 1) await crashAndRunAgain(cloud, { at, when }, after);
    },
  );

  it.each(['before', 'after'] as const)('%s any call of a later sync with removals leaves nothing torn either', async (when) => {
    const cloud = await laterSync();
    const { calls, after } = await cleanRun(cloud);
    for (let at = 1; at <= calls; at += 1) await crashAndRunAgain(cloud, { at, when }, after);
  });

  it('leaves nothing torn in whatever order its calls overlap', async () => {
    const clouds = [await firstSync(), await laterSync()] as const;
    const clean = [await cleanRun(clouds[0]), await cleanRun(clouds[1])] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.nat(),
        fc.constantFrom('before', 'after'),
        fc.nat(1000),
        async (which, place, when, seed) => {
          const random = seededRandom('overlap', seed);
          const { calls, after } = clean[which];
          // Fewer than there are: another order may need fewer calls.
          await crashAndRunAgain(clouds[which], { at: 1 + (place % (calls - 20)), when, delay: () => random.below(12) }, after);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a run that meets a passing fault', () => {
  it.each(['before', 'after'] as const)('%s any call ends like a clean one, with nothing torn on the way', async (when) => {
    const cloud = await laterSync();
    const { calls, after } = await cleanRun(cloud);
    for (let at = 1; at <= calls; at += 1) {
      const tried = copyCloud(cloud);
      const wire = failOnce({ at, when }, () => new TransientError('SLOW_DOWN', 'throttled'));
      const { finish } = await runJob(tried, { faults: wire });
      expect([wire.tripped, finish.state, tried.bucket.torn]).toEqual([true, 'ok', []]);
      expect(contents(tried.target)).toEqual(after);
    }
  });
});
