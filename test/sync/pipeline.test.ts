import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import type { SyncCursor } from '../../lib/sync/payloads.ts';
import { targetContent } from '../../lib/transfer/target-content.ts';
import { crash, type Call, type Faults } from '../support/faulty.ts';
import { groupItem, isManifest, manifestsOn, syncOnce } from '../support/group-sync.ts';
import { contents, copyCloud, LEASE_IS_OVER_MS, memoryCloud, newRun, type MemoryCloud } from '../support/memory-run.ts';
import { seededRandom } from '../support/random.ts';
import { findTorn } from '../support/restorable.ts';
import { editNotes, fill, flipBit, nameOf, vmOn } from '../support/sample-store.ts';

const DAYS = [1, 2, 3, 4, 5, 6, 7, 8];
const IN_FLIGHT = 6;
const NEVER = Number.MAX_SAFE_INTEGER;

/** A group of eight days. */
async function manyDays(): Promise<MemoryCloud> {
  const cloud = memoryCloud({ transfersInFlight: IN_FLIGHT });
  await fill(
    cloud.source,
    DAYS.map((number) => vmOn(number)),
  );
  return cloud;
}

/** Calls in their order; each takes so many turns as chance has it, so that they overlap in any order. */
function watch(seed: number): Faults & { readonly begun: Call[]; readonly ended: Call[]; readonly most: () => number } {
  const random = seededRandom('pipeline', seed);
  const [begun, ended]: [Call[], Call[]] = [[], []];
  let most = 0;
  return {
    ...{ begun, ended, most: () => most },
    before: async (call) => {
      begun.push(call);
      if (isObject(call)) most = Math.max(most, begun.filter(isObject).length - ended.filter(isObject).length);
      for (let turns = random.below(25); turns > 0; turns -= 1) await Promise.resolve();
    },
    after: (call) => void ended.push(call),
  };
}

const isObject = ({ method }: Call): boolean => method === 'get' || method === 'put';
const putsOf = (calls: readonly Call[]): string[] =>
  calls.filter(({ method }) => method === 'put').map(({ args }) => String(args[0]));

describe('the snapshots of a group', () => {
  it('are on their way side by side, and become visible one after the other', async () => {
    const whole = await manyDays();
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const cloud = copyCloud(whole);
        const passed = watch(seed);
        const { record } = await syncOnce(cloud, { faults: passed });
        expect([record.state, cloud.bucket.torn, findTorn(cloud.bucket, 'offsite')]).toEqual(['ok', [], []]);
        expect(putsOf(passed.ended).filter(isManifest)).toEqual(DAYS.map((day) => `.cnt/vm/100/${nameOf(day)}/index.json.blob`));
        // A file of a later snapshot was written before the first one was visible.
        const first = putsOf(passed.begun).findIndex(isManifest);
        expect(
          putsOf(passed.begun)
            .slice(0, first)
            .some((key) => key.includes(nameOf(3))),
        ).toBe(true);
        expect(passed.most()).toBe(IN_FLIGHT);
        const puts = putsOf(passed.ended);
        expect(new Set(puts).size).toBe(puts.length);
      }),
      { numRuns: 10 },
    );
  });

  it('go on after one that fails, whichever that is, and nothing of it is visible', async () => {
    for (const day of [1, 4, 8]) {
      const cloud = await manyDays();
      await flipBit(cloud.source, `.cnt/vm/100/${nameOf(day)}/qemu-server.conf.blob`);
      const { record } = await syncOnce(cloud, { faults: watch(day) });
      expect(record).toMatchObject({ state: 'errors', failureCount: 1, snapshotsDone: 8, failures: [{ snapshot: nameOf(day) }] });
      expect(manifestsOn(cloud)).toHaveLength(7);
      expect([...cloud.bucket.keys()].filter((key) => key.includes(nameOf(day)))).toEqual([]);
    }
  });

  it('say in the log what was done to one before what was done to the next', async () => {
    const cloud = await manyDays();
    await syncOnce(cloud, { faults: watch(1) });
    const days = cloud.lines.map((line) => DAYS.find((day) => line.includes(nameOf(day)))).filter((day) => day !== undefined);
    expect(days).toEqual(days.toSorted((a, b) => a - b));
    expect(new Set(days)).toEqual(new Set(DAYS));
  });

  it('leave the files of a copy that is visible alone until it is its turn', async () => {
    const cloud = memoryCloud({ transfersInFlight: IN_FLIGHT, carryMarks: true });
    await fill(
      cloud.source,
      DAYS.map((number) => vmOn(number)),
    );
    await syncOnce(cloud);
    const folders = DAYS.slice(3).map((day) => `.cnt/vm/100/${nameOf(day)}`);
    for (const folder of folders) {
      await editNotes(cloud.source, folder, 'to be kept');
      await cloud.source.put(`${folder}/.protected`, Buffer.alloc(0));
    }
    const passed = watch(3);
    const { record } = await syncOnce(cloud, { faults: passed });
    expect([record.state, record.tally.snapshotsUpdated]).toEqual(['ok', folders.length]);
    expect(putsOf(passed.begun)).toEqual(folders.flatMap((folder) => [`${folder}/.protected`, `${folder}/index.json.blob`]));
  });
});

describe('a worker that stops with snapshots under way', () => {
  it('commits what is whole, goes on at the oldest that is not, and sends nothing twice', async () => {
    const whole = await manyDays();
    const clean = copyCloud(whole);
    await syncOnce(clean);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 12, max: 60 }), async (seed, patience) => {
        const cloud = copyCloud(whole);
        const run = newRun(cloud);
        const passed = watch(seed);
        let cursor: SyncCursor | undefined;
        let done = false;
        for (let calls = 0; !done && calls < 60; calls += 1) {
          let asks = 0;
          const stopReason = () => ((asks += 1) > patience ? ('deadline' as const) : undefined);
          const { output } = await syncOnce(cloud, { run, faults: passed, stopReason, ...(cursor && { cursor }) });
          if (!output.done)
            expect(
              manifestsOn(cloud).every((key) => key.slice('offsite/.cnt/vm/100/'.length) < `${output.cursor!.snapshot}/`),
            ).toBe(true);
          cursor = output.cursor ?? undefined;
          done = output.done;
        }
        expect([done, cloud.bucket.torn, contents(cloud.target)]).toEqual([true, [], contents(clean.target)]);
        const puts = putsOf(passed.ended);
        expect(puts.length).toBe(new Set(puts).size);
      }),
      { numRuns: 20 },
    );
  });

  it('that was killed resends nothing that had arrived, at whatever moment', async () => {
    const whole = await manyDays();
    const wire = crash({ at: NEVER, when: 'before' });
    await syncOnce(copyCloud(whole), { faults: wire });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (seed, place) => {
        const cloud = copyCloud(whole);
        const before = watch(seed);
        const dying = crash({ at: 1 + (place % (wire.calls - 30)), when: 'before' });
        const both: Faults = {
          before: async (call) => {
            await before.before?.(call);
            await dying.before?.(call);
          },
          after: (call) => before.after?.(call),
        };
        await syncOnce(cloud, { faults: both }).catch(() => undefined);
        expect(findTorn(cloud.bucket, 'offsite')).toEqual([]);
        cloud.clock.advance(LEASE_IS_OVER_MS);
        const after = watch(seed);
        await syncOnce(cloud, { faults: after });
        const arrived = new Set(putsOf(before.ended));
        expect(putsOf(after.begun).filter((key) => arrived.has(key))).toEqual([]);
        expect([cloud.bucket.torn, manifestsOn(cloud).length]).toEqual([[], DAYS.length]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('groups of one run in one process', () => {
  it('move what they share once, and each knows what the others moved', async () => {
    const cloud = memoryCloud({ transfersInFlight: 3 });
    const clones = ['100', '101', '102'];
    // The same disk in three machines: the builder's chunks follow from the group's id, so the copies are made by hand.
    await fill(cloud.source, [vmOn(1), vmOn(2)]);
    for (const [key, object] of [...cloud.source.objects]) {
      for (const id of clones.slice(1))
        if (key.includes('/vm/100/')) cloud.source.objects.set(key.replace('/vm/100/', `/vm/${id}/`), object);
    }
    const content = targetContent(pbsLayout);
    const passed = watch(5);
    const run = newRun(cloud);
    const syncs = clones.map((id) => syncOnce(cloud, { run, faults: passed, content, item: groupItem(`vm/${id}`) }));
    const records = (await Promise.all(syncs)).map(({ record }) => record);
    expect(records.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    const chunks = putsOf(passed.ended).filter((key) => key.startsWith('.chunks/'));
    expect(chunks.length).toBe(new Set(chunks).size);
    expect(records.reduce((sum, { tally }) => sum + tally.chunks, 0)).toBe(chunks.length);
    expect(findTorn(cloud.bucket, 'offsite')).toEqual([]);
  });
});
