import type { Job } from '../job.ts';
import { loadWorking, type LiveWork } from '../health/load-live.ts';
import type { RunRecord, RunRef } from '../run-store.ts';
import type { JobStatus, LiveRun, RecentRun } from './job-status.ts';
import type { StatusWorld } from './load-status.ts';

/** Runs that are looked at: as many as a month has nights. */
export const RECENT_RUNS = 30;

/** A dry run has no lease: it only plans, which takes no longer. */
const MAX_DRY_RUN_MS = 3_600_000;

/** The last runs of a job, and those that live though many came after them; `work` was looked at before. */
export async function loadRuns(
  { id: job }: Pick<Job, 'id'>,
  world: StatusWorld,
  work: LiveWork,
): Promise<Pick<JobStatus, 'live' | 'recent'>> {
  const recent = await tellLost(await world.store.listRuns(job, RECENT_RUNS), work.leases, world);
  const older = work.runs.map(({ run }) => run).filter(({ id }) => !recent.some((run) => run.id === id));
  const live = [...recent, ...older].filter(isAtWork);
  const known = new Map(work.runs.map((each) => [each.run.id, each.groups]));
  return { recent, live: await Promise.all(live.map((run) => loadLive(run, world, known.get(run.id)))) };
}

/** The newest runs of a job, at most `limit`. */
export async function loadRecent(
  { id: job }: Pick<Job, 'id'>,
  limit: number,
  world: StatusWorld,
): Promise<Pick<JobStatus, 'recent'>> {
  const { store, now, leaseMs } = world;
  const leases = await store.listLiving(job, now(), leaseMs);
  return { recent: await tellLost(await store.listRuns(job, limit), leases, world) };
}

/** Whether a run waits or is at work, as far as is known. */
export function isAtWork({ state, endedAt, lost }: RecentRun): boolean {
  return endedAt === undefined && lost !== true && (state === 'waiting' || state === 'running');
}

/**
 * A run may begin or end between two looks. One that ends says so in its record before it gives up its lease: whose lease was seen to be
 * gone, and whose record says nothing after that, is lost.
 */
async function tellLost(
  found: readonly RunRecord[],
  living: ReadonlyMap<string, RunRef>,
  { store, now, leaseMs }: StatusWorld,
): Promise<readonly RecentRun[]> {
  const isDoubtful = (run: RunRecord): boolean => isAtWork(run) && !living.has(run.id) && !isPlanningDry(run, now());
  const [first] = found.filter(isDoubtful);
  if (first === undefined) return found;
  const stillLiving = await store.listLiving(first.job, now(), leaseMs);
  const look = async (run: RunRecord): Promise<RecentRun> => {
    if (!isDoubtful(run) || stillLiving.has(run.id)) return run;
    const after = (await store.loadRun(run)) ?? run;
    return isAtWork(after) ? { ...after, lost: true } : after;
  };
  return Promise.all(found.map(look));
}

/** The same run as it is now; whether it is lost, too. */
export async function lookAgain(run: RunRecord, world: StatusWorld): Promise<RecentRun> {
  const [seen = run] = await tellLost([run], new Map(), world);
  return seen;
}

function isPlanningDry({ dryRun, startedAt }: RunRecord, now: number): boolean {
  return dryRun === true && now - Date.parse(startedAt) < MAX_DRY_RUN_MS;
}

/** A run that is at work, or waits; `groups` is what is known of its workers already. */
export async function loadLive(run: RunRecord, { store }: StatusWorld, groups?: LiveRun['groups']): Promise<LiveRun> {
  const [working, stop] = await Promise.all([
    groups === undefined ? loadWorking(run, store) : { run, groups },
    store.loadStop(run),
  ]);
  return { ...working, stopAsked: stop !== undefined };
}
