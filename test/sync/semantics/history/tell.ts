import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { ConfigError } from '../../../../lib/errors.ts';
import type { Job } from '../../../../lib/sync/job.ts';
import { crash, type Call, type Faults } from '../../../support/faulty.ts';
import { LEASE_IS_OVER_MS, memoryCloud } from '../../../support/memory-run.ts';
import { offeredBy } from '../model-removal.ts';
import { modelRun, type ModelOptions, type ModelRun, type ModelStore } from '../model.ts';
import { filters, run, writesOf } from '../world.ts';
import { stories, type Round, type Story, type Trouble } from './arbitraries.ts';
import { faultsBetween } from './between.ts';
import { happen } from './happenings.ts';
import type { Pool } from './pool.ts';
import { linesOf, noteMarkers, readCatalogue, readTarget } from './target.ts';
import { emptyStore, write, type History } from './world.ts';

/** Runs until nothing changes: taking the newest copies away may make room for others. A history of seven days needs no more. */
const MAX_RUNS = 9;

/** What the histories of one property came to, so that a test can see that they were about something. */
export interface Told {
  snapshots: number;
  runs: number;
  disturbed: number;
}

/**
 * Tells random histories over the backups of `pool`; the seed is printed, and `FLOTILLA_SEED` tells the same ones again. Making a
 * counterexample small may take for ever: the best of `maxMs` is good enough.
 */
export async function tellHistories(pool: Pool, { histories, maxMs }: { histories: number; maxMs: number }): Promise<Told> {
  const seed = Number(process.env['FLOTILLA_SEED'] ?? randomInt(2 ** 31));
  console.info(`histories: seed ${String(seed)}`);
  const told: Told = { snapshots: 0, runs: 0, disturbed: 0 };
  await fc.assert(
    fc.asyncProperty(stories(pool), (story) => tell(pool, story, told)),
    { numRuns: histories, seed, interruptAfterTimeLimit: maxMs, markInterruptAsFailure: true },
  );
  return told;
}

async function tell(pool: Pool, { anchors, owner, rounds }: Story, told: Told): Promise<void> {
  const cloud = memoryCloud({ ...anchors, owner, workerThreads: 2, transfersInFlight: 2 });
  const history: History = {
    pool,
    cloud,
    anchors,
    source: emptyStore(),
    target: emptyStore(),
    markers: new Map(),
    held: new Map(),
  };
  for (const [key, bytes] of pool.content) write(cloud.source, key, bytes);
  for (const digest of pool.good.keys()) history.source.chunks.add(digest);
  for (const round of rounds) {
    for (const each of round.happenings) happen(history, each);
    noteMarkers(history);
    await tellRound(history, { ...round.options, ...anchors, owner, passesFilter: round.options.filtering.passes }, round, told);
  }
  told.snapshots += [...history.target.groups.values()].reduce((sum, { snapshots }) => sum + snapshots.size, 0);
}

async function tellRound(history: History, round: ModelOptions, { options: asked, trouble }: Round, told: Told): Promise<void> {
  const job = jobOf(round, asked.filtering.texts);
  if (trouble.kind !== 'none') await runDisturbed(history, { options: await withHeld(history, round), job, trouble }, told);
  for (let runs = 1; ; runs += 1) {
    expect(runs).toBeLessThan(MAX_RUNS);
    const options = await withHeld(history, round);
    const wanted = modelRun(history.source, history.target, options);
    const written = writesOf(history.cloud);
    const watch = watchDeletes(history);
    const result = await run(history.cloud, job, { faults: watch.faults });
    await noteHeld(history, round);
    told.runs += 1;
    expect(linesOf(readTarget(history))).toEqual(linesOf(wanted.target));
    expectWhole(history, watch.faulty);
    expect(result.report.groups.errors).toBe(wanted.troubled.size);
    const isSettled = knownOf(wanted.target) === knownOf(history.target);
    history.target = wanted.target;
    if (!isSettled) continue;
    expect(writesOf(history.cloud)).toBe(written);
    if (isKnownByListings(wanted) && result.report.leftOut['held-back'] === undefined)
      expect(result.report.groups.planned).toBe(wanted.troubled.size);
    return;
  }
}

/** What the source held at the last good run of the same reach: the table says which ended well, the history what there was. */
async function withHeld({ cloud, held }: History, options: ModelOptions): Promise<ModelOptions> {
  const runs = await cloud.store.listRuns(cloud.job.id, 1000);
  const good = runs.filter(({ state }) => state === 'ok' || state === 'warnings').map(({ id }) => held.get(id));
  return { ...options, held: good.find((each) => each?.reach === reachOf(options))?.snapshots };
}

/** After each run, whatever became of it; the next one begins later. */
async function noteHeld({ cloud, held, source }: History, options: ModelOptions): Promise<void> {
  const [newest] = await cloud.store.listRuns(cloud.job.id, 1);
  cloud.clock.advance(1000);
  if (newest === undefined || held.has(newest.id) || options.dryRun) return;
  held.set(newest.id, { reach: reachOf(options), snapshots: offeredBy(source, options) });
}

function reachOf({ maxDepth, passesFilter }: ModelOptions): string {
  return `${String(maxDepth)} ${passesFilter.toString()}`;
}

/** Never a torn snapshot, at any write, and never anything of a protected one taken away. */
function expectWhole({ cloud }: History, deleted: readonly string[]): void {
  expect({ torn: cloud.bucket.torn, left: cloud.bucket.findTorn(), deleted }).toEqual({ torn: [], left: [], deleted: [] });
  cloud.bucket.forgetMended();
}

/** What lies there and what is remembered of it: a run may have to note what it saw, and write nothing. */
function knownOf(store: ModelStore): string {
  const remembered = [...store.groups].flatMap(([label, { snapshots }]) =>
    [...snapshots].map(([day, { of }]) => `${label} ${String(day)} of ${of ?? '?'}`),
  );
  return [...linesOf(store), ...remembered.sort(), ...[...store.failed].sort()].join('\n');
}

/** Where no manifest has to be read, and nothing has to be tried again, the listings say that there is nothing to do. */
function isKnownByListings({ target, options }: ModelRun): boolean {
  const readsManifests = options.verifiedOnly || options.encryptedOnly || options.resyncCorrupt;
  return !readsManifests && !options.dryRun && target.failed.size === 0;
}

interface Disturbed {
  readonly options: ModelOptions;
  readonly job: Partial<Job>;
  readonly trouble: Exclude<Trouble, { kind: 'none' }>;
}

/** A run that comes to a bad end leaves of each thing what was there or what should be, and nothing torn. */
async function runDisturbed(history: History, { options, job, trouble }: Disturbed, told: Told): Promise<void> {
  const { cloud } = history;
  const watch = watchDeletes(history);
  const wire = trouble.kind === 'dies' ? crash(trouble) : denied(trouble.at, watch);
  const both: Faults = {
    before: async (call) => {
      await wire.before?.(call);
      await watch.faults.before?.(call);
    },
    after: (call) => wire.after?.(call),
  };
  await run(cloud, job, { faults: both }).catch(() => undefined);
  await noteHeld(history, options);
  told.disturbed += 1;
  const found = readTarget(history);
  const wanted = modelRun(history.source, history.target, options).target;
  expect(faultsBetween(found, { source: history.source, before: history.target, wanted })).toEqual([]);
  expectWhole(history, watch.faulty);
  await readCatalogue(history, found);
  history.target = found;
  cloud.clock.advance(LEASE_IS_OVER_MS);
}

/** From listing `at` on every page is denied: what was listed before is not all there is, and nothing may be removed by it. */
function denied(at: number, watch: Watch): Faults {
  let pages = 0;
  return {
    before: ({ method }) => {
      if (method !== 'list') return;
      pages += 1;
      if (pages < at) return;
      watch.mayDelete = false;
      throw new ConfigError('ACCESS_DENIED', 'listing is denied');
    },
  };
}

interface Watch {
  readonly faults: Faults;
  /** Keys that should not have been deleted. */
  readonly faulty: string[];
  mayDelete: boolean;
}

function watchDeletes({ cloud: { bucket, target } }: History): Watch {
  const faulty: string[] = [];
  const isProtected = (key: string): boolean => bucket.has(`${target.prefix}${key.slice(0, key.lastIndexOf('/'))}/.protected`);
  const before = ({ method, args }: Call): void => {
    if (method === 'delete') faulty.push(...(args[0] as string[]).filter((key) => !watch.mayDelete || isProtected(key)));
  };
  const watch: Watch = { faults: { before }, faulty, mayDelete: true };
  return watch;
}

function jobOf(options: ModelOptions, texts: readonly string[]): Partial<Job> {
  const { maxDelete, allowInUse, maxDepth, transferLast, ...asked } = options;
  const { verifiedOnly, encryptedOnly, resyncCorrupt, fillGaps, carryMarks, removeVanished, vanishedByFilter, dryRun } = asked;
  return {
    ...{ maxDepth, transferLast, verifiedOnly, encryptedOnly, resyncCorrupt, fillGaps, carryMarks },
    ...{ removeVanished, vanishedByFilter, dryRun, groupFilter: filters(...texts) },
    maxDelete: 'count' in maxDelete ? { kind: 'count', count: maxDelete.count } : { kind: 'share', share: maxDelete.share },
    targetInUse: allowInUse ? 'allow' : 'refuse',
  };
}
