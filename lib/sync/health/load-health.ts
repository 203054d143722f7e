import { formatGroup } from '../../datastore/group.ts';
import { iso } from '../iso.ts';
import type { Job } from '../job.ts';
import type { GroupRecord } from '../report/group-record.ts';
import type { TickRecord } from '../run-store.ts';
import { activeSuspension } from '../suspension.ts';
import type { Worker } from '../worker.ts';
import type { GroupBehind, JobHealth, Standing } from './health.ts';
import { lagAt, type Looks } from './lag-at.ts';
import { loadLive } from './load-live.ts';
import { overdueTick, type OverdueTick } from './overdue.ts';

export type HealthWorld = Pick<Worker, 'store' | 'now' | 'leaseMs'>;

/** Reads from the table alone how a job stands at this moment. Throws as the `RunStore` does. */
export async function loadHealth(job: Job, world: HealthWorld): Promise<JobHealth> {
  return (await lookAtJob(job, world)).health;
}

export interface Look {
  readonly health: JobHealth;
  readonly isSuspended: boolean;
}

export async function lookAtJob(job: Job, { store, now, leaseMs }: HealthWorld): Promise<Look> {
  const at = now();
  const [standing, known, { live, records }, served, suspension] = await Promise.all([
    store.loadStanding(job.id),
    Array.fromAsync(store.listBehind(job.id)),
    loadLive(job.id, { store, leaseMs, at }),
    Promise.all(job.schedules.map(({ name }) => store.loadTick(job.id, name))),
    activeSuspension(store, job.id, at),
  ]);
  const groups = withLive(known, records);
  const isAlive = live.running + live.waiting > 0;
  const looks = isAlive ? standing : unlooked(standing, job, { served, at });
  const isSuspended = suspension !== undefined;
  const overdue = isAlive || isSuspended ? [] : listOverdue(job, standing, { served, at });
  const health = {
    ...{ job: job.id, at: iso(at), lag: lagAt(looks, groups, at), groups, overdue },
    ...(job.maxLagMs !== undefined && { maxLagSeconds: Math.round(job.maxLagMs / 1000) }),
    ...{ live, standing },
  };
  return { health, isSuspended };
}

/** What the table says of the job's schedules, in their order, at a time (epoch milliseconds). */
interface Ticks {
  readonly served: readonly (TickRecord | undefined)[];
  readonly at: number;
}

function listOverdue({ schedules }: Job, standing: Standing | undefined, { served, at }: Ticks): OverdueTick[] {
  const known = (schedule: string, index: number) => ({ served: served[index], watched: standing?.watched?.[schedule] });
  return schedules
    .map((schedule, index) => overdueTick(schedule, known(schedule.name, index), at))
    .filter((tick) => tick !== undefined);
}

/** Where a run should have looked since the last look, and none did, nobody knows more than that look: as where one could not. */
function unlooked(standing: Standing | undefined, { schedules }: Job, { served, at }: Ticks): Looks | undefined {
  const lookedAt = standing?.lookedAt;
  if (lookedAt === undefined) return standing;
  // Suspended or not: who suspends a job forgets about it.
  const dues = schedules.map((schedule, index) => overdueTick(schedule, { served: served[index], watched: undefined }, at)?.due);
  const due = dues.find((each) => each !== undefined && Date.parse(each) > Date.parse(lookedAt));
  return due === undefined ? standing : { ...standing, blindSince: standing?.blindSince ?? due };
}

/** What a worker sees of its group is newer than what the run before it has left. */
function withLive(known: readonly GroupBehind[], records: readonly GroupRecord[]): readonly GroupBehind[] {
  const groups = new Map(known.map((each) => [formatGroup(each.group), each]));
  for (const { namespace, name, behind } of records) {
    const group = { namespace, name };
    const before = groups.get(formatGroup(group));
    if (behind !== undefined && (before === undefined || before.at <= behind.at))
      groups.set(formatGroup(group), { group, ...behind });
  }
  return [...groups.values()];
}
