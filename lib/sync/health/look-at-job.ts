import { formatGroup } from '../../datastore/group.ts';
import type { OverdueTick } from '../event/tick-overdue.ts';
import { iso } from '../iso.ts';
import type { Job } from '../job.ts';
import type { Suspension, TickRecord } from '../run-store.ts';
import { activeSuspension } from '../suspension.ts';
import type { Worker } from '../worker.ts';
import type { GroupBehind, JobHealth, Standing } from './health.ts';
import { lagAt } from './lag-at.ts';
import { loadLiveWork, measureLive, type LiveWork } from './load-live.ts';
import { listLost, NONE_LOST } from './lost-ticks.ts';
import { overdueTick } from './overdue.ts';
import { unlooked } from './unlooked.ts';

export type HealthWorld = Pick<Worker, 'store' | 'now' | 'leaseMs'>;

/** How a job stands, and what keeps it from starting by itself; undefined: nothing does. */
export interface Look {
  readonly health: JobHealth;
  readonly suspension: Suspension | undefined;
}

/**
 * Reads from the table alone how a job stands at this moment; `looked` is what its runs do, where that was looked at already. Throws
 * as the `RunStore` does.
 */
export async function lookAtJob(job: Job, world: HealthWorld, looked?: LiveWork): Promise<Look> {
  const { store, now } = world;
  const at = now();
  const [standing, known, work, served, suspension] = await Promise.all([
    store.loadStanding(job.id),
    Array.fromAsync(store.listBehind(job.id)),
    looked ?? loadLiveWork(job.id, world),
    Promise.all(job.schedules.map(({ name }) => store.loadTick(job.id, name))),
    activeSuspension(store, job.id, at),
  ]);
  const live = measureLive(work, at);
  const groups = withLive(known, work.runs);
  const isAlive = work.leases.size > 0;
  const looks = isAlive ? standing : unlooked(standing, job.schedules, at);
  const isExcused = isAlive || suspension !== undefined;
  const lost = isExcused ? NONE_LOST : await listLost(job.id, standing, { ...world, served });
  const overdue = isExcused ? [] : listOverdue(job, standing, { served, lost, at });
  const health = {
    ...{ job: job.id, at: iso(at), lag: lagAt(looks, groups, at), groups, overdue },
    ...(job.maxLagSeconds !== undefined && { maxLagSeconds: job.maxLagSeconds }),
    ...{ live, standing },
  };
  return { health, suspension };
}

/** What the table says of the job's schedules, in their order, at a time (epoch milliseconds). */
interface Ticks {
  readonly served: readonly (TickRecord | undefined)[];
  /** Ids of runs that are gone without having ended. */
  readonly lost: ReadonlySet<string>;
  readonly at: number;
}

function listOverdue({ schedules }: Job, standing: Standing | undefined, { served, lost, at }: Ticks): OverdueTick[] {
  const known = (schedule: string, index: number) => ({
    ...{ served: served[index], isLost: lost.has(served[index]?.run ?? ''), watched: standing?.watched?.[schedule] },
    asOf: standing?.asOf,
  });
  return schedules
    .map((schedule, index) => overdueTick(schedule, known(schedule.name, index), at))
    .filter((tick) => tick !== undefined);
}

/**
 * What a worker sees of its group is newer than what the run before it has left. What a run that selects other snapshots than its job calls
 * missing is not what the job does: it has not looked.
 */
function withLive(known: readonly GroupBehind[], runs: LiveWork['runs']): readonly GroupBehind[] {
  const groups = new Map(known.map((each) => [formatGroup(each.group), each]));
  const looking = runs.filter(({ run }) => run.looked !== undefined);
  for (const { namespace, name, behind } of looking.flatMap(({ groups: records = [] }) => records)) {
    const group = { namespace, name };
    const before = groups.get(formatGroup(group));
    if (behind !== undefined && (before === undefined || before.at <= behind.at))
      groups.set(formatGroup(group), { group, ...behind });
  }
  return [...groups.values()];
}
