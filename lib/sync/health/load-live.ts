import { NAMESPACES_RECORD, type GroupRecord } from '../report/group-record.ts';
import type { RunRef } from '../run-store.ts';
import type { Worker } from '../worker.ts';
import type { JobHealth } from './health.ts';

/** What the runs of a job that wait or are at work do now. */
export interface LiveWork {
  readonly live: JobHealth['live'];
  /** What their workers have written. */
  readonly records: readonly GroupRecord[];
}

type Looking = Pick<Worker, 'store' | 'leaseMs'> & { readonly at: number };

export async function loadLive(job: string, world: Looking): Promise<LiveWork> {
  const { store, leaseMs, at } = world;
  const living = await store.listLiving(job, at, leaseMs);
  let [waiting, running] = [0, 0];
  const records: GroupRecord[] = [];
  for (const run of living.values()) {
    const record = await store.loadRun(run);
    if (record?.state === 'waiting') waiting += 1;
    else running += 1;
    if (record?.planKey !== undefined) records.push(...(await groupsOf(run, world)));
  }
  const working = records.filter(({ state }) => state === 'running');
  const idle = working.map(({ updatedAt }) => (at - Date.parse(updatedAt)) / 1000);
  return { live: { waiting, running, workers: working.length, idleLockSeconds: Math.max(0, ...idle) }, records };
}

async function groupsOf(run: RunRef, { store }: Looking): Promise<GroupRecord[]> {
  const records = await Array.fromAsync(store.listGroups(run));
  return records.filter(({ name }) => name !== NAMESPACES_RECORD);
}
