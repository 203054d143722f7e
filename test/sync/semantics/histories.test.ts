import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crash, type Call } from '../../support/faulty.ts';
import { LEASE_IS_OVER_MS, memoryCloud, type MemoryCloud } from '../../support/memory-run.ts';
import { findTorn } from '../../support/restorable.ts';
import {
  describe,
  HAPPENINGS,
  happen,
  jobOf,
  LABELS,
  makePool,
  MAX_DAY,
  openSource,
  readTarget,
  type History,
} from './histories.ts';
import { modelRun, offeredBy, type ModelOptions, type ModelStore } from './model.ts';
import { run, writesOf } from './world.ts';

const happening = fc.record({
  kind: fc.constantFrom(...HAPPENINGS),
  group: fc.nat(LABELS.length - 1),
  day: fc.integer({ min: 1, max: MAX_DAY }),
  text: fc.nat(5),
});

const options = fc.record({
  excluded: fc.constantFrom([], [], ['host/web']),
  transferLast: fc.constantFrom(undefined, undefined, 1, 2),
  verifiedOnly: fc.constantFrom(false, false, true),
  fillGaps: fc.boolean(),
  removeVanished: fc.boolean(),
  vanishedByFilter: fc.boolean(),
  maxDelete: fc.constantFrom(0.25, 1),
});

/** What happens, then a run; `crashAt`: it dies at that call, if it comes so far, and another run follows. */
const round = fc.record({
  happenings: fc.array(happening, { minLength: 1, maxLength: 12 }),
  options,
  crashAt: fc.option(fc.integer({ min: 1, max: 120 }), { freq: 3 }),
  when: fc.constantFrom('before', 'after'),
});

/** Deletes of anything in the folder of a protected snapshot. */
function watchProtected({ bucket, target }: MemoryCloud, seen: string[]): (call: Call) => void {
  return ({ method, args }) => {
    if (method !== 'delete') return;
    for (const key of args[0] as string[]) {
      if (bucket.has(`${target.prefix}${key.slice(0, key.lastIndexOf('/'))}/.protected`)) seen.push(key);
    }
  };
}

/** What a run that died has left: of each thing what was there before, or what would have been there in the end. */
async function betweenBoth({ cloud, target }: History, wanted: ModelStore): Promise<ModelStore> {
  const found = await readTarget(cloud);
  const known = new Set([...describe(target), ...describe(wanted), ...LABELS.map((label) => `${label} of root@pam`)]);
  expect(describe(found).filter((line) => !known.has(line))).toEqual([]);
  return found;
}

/** What the source held at each run, by its id and scope: the table says which of them ended well. */
type Held = Map<string, { excluded: string; snapshots: number }>;

async function heldBefore({ cloud }: History, held: Held, { excluded }: ModelOptions): Promise<number | undefined> {
  const runs = await cloud.store.listRuns(cloud.job.id, 1000);
  const good = runs.filter(({ state }) => state === 'ok' || state === 'warnings').map(({ id }) => held.get(id));
  return good.find((each) => each?.excluded === excluded.join())?.snapshots;
}

/** After each run, whatever became of it. */
async function rememberHeld({ cloud, source }: History, held: Held, options: ModelOptions): Promise<void> {
  const [newest] = await cloud.store.listRuns(cloud.job.id, 1);
  if (newest !== undefined && !held.has(newest.id)) {
    held.set(newest.id, { excluded: options.excluded.join(), snapshots: offeredBy(source, options) });
  }
}

async function runRound(
  history: History,
  held: Held,
  asked: ModelOptions,
  trip: { crashAt: number | null; when: 'before' | 'after' },
) {
  const { cloud } = history;
  let job = { ...asked, held: await heldBefore(history, held, asked) };
  const protectedOnes: string[] = [];
  const before = watchProtected(cloud, protectedOnes);
  if (trip.crashAt !== null) {
    const wire = crash({ at: trip.crashAt, when: trip.when });
    const both = {
      before: async (call: Call) => {
        await wire.before?.(call);
        before(call);
      },
      after: (call: Call) => wire.after?.(call),
    };
    await run(cloud, jobOf(asked), { faults: both }).catch(() => undefined);
    await rememberHeld(history, held, asked);
    expect(findTorn(cloud.bucket, 'offsite')).toEqual([]);
    history.target = await betweenBoth(history, modelRun(history.source, history.target, job));
    cloud.clock.advance(LEASE_IS_OVER_MS);
  }
  // A run that takes away the newest copies may make room for others in the next: as often as the model changes, it writes.
  for (let again = 0; again < 2; again += 1) {
    job = { ...asked, held: await heldBefore(history, held, asked) };
    const wanted = modelRun(history.source, history.target, job);
    const written = writesOf(cloud);
    await run(cloud, jobOf(asked), { faults: { before } });
    await rememberHeld(history, held, asked);
    cloud.clock.advance(1000);
    expect(describe(await readTarget(cloud))).toEqual(describe(wanted));
    if (again > 0 && describe(wanted).join() === describe(history.target).join()) expect(writesOf(cloud)).toBe(written);
    history.target = wanted;
  }
  expect([cloud.bucket.torn, findTorn(cloud.bucket, 'offsite'), protectedOnes]).toEqual([[], [], []]);
}

it('leaves on the target what the model says, whatever happened before, where it crashed and what it was asked for', async () => {
  const pool = await makePool();
  const copied = { snapshots: 0 };
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(round, { minLength: 1, maxLength: 5 }), async (carryMarks, rounds) => {
      const cloud = memoryCloud({ carryMarks, workerThreads: 2, transfersInFlight: 2 });
      const history: History = { pool, cloud, source: new Map(), target: new Map() };
      const held: Held = new Map();
      openSource(history);
      for (const { happenings, options: asked, ...trip } of rounds) {
        for (const each of happenings) await happen(history, each);
        await runRound(history, held, { ...asked, carryMarks }, trip);
      }
      copied.snapshots += describe(history.target).length;
    }),
    { numRuns: 100, seed: 4 },
  );
  expect(copied.snapshots).toBeGreaterThan(200);
});
