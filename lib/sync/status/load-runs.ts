import type { Job } from '../job.ts';
import { NAMESPACES_RECORD, type GroupRecord } from '../report/group-record.ts';
import type { RunRecord, RunRef } from '../run-store.ts';
import type { JobStatus, LiveRun, RecentRun } from './job-status.ts';
import type { StatusWorld } from './load-status.ts';

/** Runs that are looked at: as many as a month has nights. */
export const RECENT_RUNS = 30;

/** Records that are read of one run: a look must not take longer than people wait for it. */
export const MAX_LIVE_GROUPS = 2_000;

/** A dry run has no lease: it only plans, which takes no longer. */
const MAX_DRY_RUN_MS = 3_600_000;

/** The last runs of a job, and those that live though many came after them. */
export async function loadRuns(job: Pick<Job, 'id'>, world: StatusWorld): Promise<Pick<JobStatus, 'live' | 'recent'>> {
  const { store } = world;
  const { recent, living } = await loadRecent(job, RECENT_RUNS, world);
  const older = [...living.values()].filter(({ id }) => !recent.some((run) => run.id === id));
  const records = [...recent.filter((run) => run.lost !== true), ...(await Promise.all(older.map((run) => store.loadRun(run))))];
  const live = records.filter((run) => run !== undefined).filter(isAtWork);
  return { recent, live: await Promise.all(live.map((run) => loadLive(run, world))) };
}

/** The newest runs of a job, at most `limit`; and all that wait or are at work, by their ids. */
export async function loadRecent(
  { id: job }: Pick<Job, 'id'>,
  limit: number,
  world: StatusWorld,
): Promise<{ readonly recent: readonly RecentRun[]; readonly living: ReadonlyMap<string, RunRef> }> {
  const { store, now, leaseMs } = world;
  const living = await store.listLiving(job, now(), leaseMs);
  const found = await store.listRuns(job, limit);
  return { recent: await tellLost(found, living, world), living };
}

function isAtWork({ state, endedAt }: RunRecord): boolean {
  return endedAt === undefined && (state === 'waiting' || state === 'running');
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

/** A run that is at work, or waits. */
export async function loadLive(run: RunRecord, { store }: StatusWorld): Promise<LiveRun> {
  const [groups, stop] = await Promise.all([
    run.planKey === undefined ? undefined : firstGroups(run, store),
    store.loadStop(run),
  ]);
  return { run, ...(groups !== undefined && { groups }), stopAsked: stop !== undefined };
}

async function firstGroups(run: RunRecord, store: StatusWorld['store']): Promise<readonly GroupRecord[]> {
  const groups: GroupRecord[] = [];
  for await (const group of store.listGroups(run)) {
    if (group.name !== NAMESPACES_RECORD) groups.push(group);
    if (groups.length >= MAX_LIVE_GROUPS) break;
  }
  return groups;
}
