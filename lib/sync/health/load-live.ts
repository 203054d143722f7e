import { mapAhead, READS_AT_ONCE } from '../map-ahead.ts';
import { NAMESPACES_RECORD, type GroupRecord } from '../report/group-record.ts';
import type { RunRecord, RunRef, RunStore } from '../run-store.ts';
import type { Worker } from '../worker.ts';
import type { JobHealth } from './health.ts';

/** A run that waits or is at work. */
export interface WorkingRun {
  readonly run: RunRecord;
  /** What its workers have written so far; undefined before it is planned. */
  readonly groups?: readonly GroupRecord[];
}

/** One look at the runs of a job that have their lease, which its health and its status share: a run may have tens of thousands of groups. */
export interface LiveWork {
  readonly leases: ReadonlyMap<string, RunRef>;
  /** Those of them that have said anything yet. */
  readonly runs: readonly WorkingRun[];
}

/** Throws as the `RunStore` does. */
export async function loadLiveWork(job: string, world: Pick<Worker, 'store' | 'now' | 'leaseMs'>): Promise<LiveWork> {
  const { store, now, leaseMs } = world;
  const leases = await store.listLiving(job, now(), leaseMs);
  const found = await Array.fromAsync(mapAhead(leases.values(), READS_AT_ONCE, (run) => loadLeased(run, store)));
  return { leases, runs: found.filter((run) => run !== undefined) };
}

async function loadLeased(ref: RunRef, store: RunStore): Promise<WorkingRun | undefined> {
  const run = await store.loadRun(ref);
  return run && loadWorking(run, store);
}

/** What the workers of a run have written, all of it. */
export async function loadWorking(run: RunRecord, store: Pick<RunStore, 'listGroups'>): Promise<WorkingRun> {
  if (run.planKey === undefined) return { run };
  const records = await Array.fromAsync(store.listGroups(run));
  return { run, groups: records.filter(({ name }) => name !== NAMESPACES_RECORD) };
}

/** What the runs of a job do `at` a time (epoch milliseconds); a run that has said nothing yet is at work. */
export function measureLive({ leases, runs }: LiveWork, at: number): JobHealth['live'] {
  const waiting = runs.filter(({ run }) => run.state === 'waiting').length;
  const working = runs.flatMap(({ groups = [] }) => groups.filter(({ state }) => state === 'running'));
  const idle = working.map(({ updatedAt }) => (at - Date.parse(updatedAt)) / 1000);
  return { waiting, running: leases.size - waiting, workers: working.length, idleLockSeconds: Math.max(0, ...idle) };
}
