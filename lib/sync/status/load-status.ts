import { describeSchedule } from '../../schedule/describe.ts';
import { formatTime, nextTime } from '../../schedule/schedule.ts';
import { loadHealth } from '../health/load-health.ts';
import { mapAhead } from '../map-ahead.ts';
import type { Job } from '../job.ts';
import { activeSuspension } from '../suspension.ts';
import { targetPlace } from '../target-place.ts';
import type { Worker } from '../worker.ts';
import type { JobStatus } from './job-status.ts';
import { loadRuns } from './load-runs.ts';

export type StatusWorld = Pick<Worker, 'store' | 'now' | 'leaseMs'>;

/** Reads from the table how a job stands; neither of its datastores is asked. Throws as the `RunStore` does. */
export async function loadStatus(job: Job, world: StatusWorld): Promise<JobStatus> {
  const at = world.now();
  const [runs, suspension, health] = await Promise.all([
    loadRuns(job, world),
    activeSuspension(world.store, job.id, at),
    loadHealth(job, world),
  ]);
  const next = suspension === undefined ? nextRun(job, at) : undefined;
  return {
    id: job.id,
    source: { id: job.source.id, place: targetPlace(job.source) },
    target: { id: job.target.id, place: targetPlace(job.target) },
    starts: startsOf(job),
    ...(next !== undefined && { nextRun: next }),
    ...(suspension !== undefined && { suspension }),
    health,
    ...runs,
  };
}

/** Jobs that are looked at side by side. */
const JOBS_AT_ONCE = 16;

/** The status of each job, in their order. */
export function loadStatuses(jobs: readonly Job[], world: StatusWorld): Promise<readonly JobStatus[]> {
  const { store } = world;
  let ofAll: ReturnType<typeof store.loadSuspension> | undefined;
  const loadSuspension: typeof store.loadSuspension = (job) =>
    job === undefined ? (ofAll ??= store.loadSuspension(job)) : store.loadSuspension(job);
  const shared: StatusWorld = { ...world, store: { ...store, loadSuspension } };
  return Array.fromAsync(mapAhead(jobs, JOBS_AT_ONCE, (job) => loadStatus(job, shared)));
}

/** What starts a job, in words. */
function startsOf({ schedules, onBackup, after }: Job): readonly string[] {
  return [...schedules.map(describeSchedule), ...(onBackup ? ['after each backup'] : []), ...after.map((job) => `after ${job}`)];
}

function nextRun({ schedules }: Job, after: number): string | undefined {
  const times = schedules.map((schedule) => nextTime(schedule, after)).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : formatTime(Math.min(...times));
}
