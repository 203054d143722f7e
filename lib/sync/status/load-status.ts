import { FlotillaError, formatErrorChain } from '../../errors.ts';
import { describeSchedule } from '../../schedule/describe.ts';
import { formatTime, nextTime } from '../../schedule/schedule.ts';
import { loadLiveWork } from '../health/load-live.ts';
import { lookAtJob } from '../health/look-at-job.ts';
import { mapAhead } from '../map-ahead.ts';
import type { Job } from '../job.ts';
import { targetPlace } from '../target-place.ts';
import type { Worker } from '../worker.ts';
import type { JobLook, JobStatus, UnreadableJob } from './job-status.ts';
import { loadRuns } from './load-runs.ts';

export type StatusWorld = Pick<Worker, 'store' | 'now' | 'leaseMs'>;

/** Reads from the table how a job stands; neither of its datastores is asked. Throws as the `RunStore` does. */
export async function loadStatus(job: Job, world: StatusWorld): Promise<JobStatus> {
  const work = await loadLiveWork(job.id, world);
  const [runs, { health, suspension }] = await Promise.all([loadRuns(job, world, work), lookAtJob(job, world, work)]);
  return {
    ...configured(job),
    ...(suspension === undefined && nextRun(job, Date.parse(health.at))),
    ...(suspension !== undefined && { suspension }),
    health,
    ...runs,
  };
}

function configured(job: Job): Omit<UnreadableJob, 'unreadable'> {
  const { id, source, target } = job;
  return {
    id,
    source: { id: source.id, place: targetPlace(source) },
    target: { id: target.id, place: targetPlace(target) },
    starts: startsOf(job),
  };
}

/** Jobs that are looked at side by side. */
const JOBS_AT_ONCE = 16;

/** The status of each job, in their order. Throws as the `RunStore` does, but for an item that does not read: that is a fault of its job. */
export function loadStatuses(jobs: readonly Job[], world: StatusWorld): Promise<readonly JobLook[]> {
  const { store } = world;
  let ofAll: ReturnType<typeof store.loadSuspension> | undefined;
  const loadSuspension: typeof store.loadSuspension = (job) =>
    job === undefined ? (ofAll ??= store.loadSuspension(job)) : store.loadSuspension(job);
  const shared: StatusWorld = { ...world, store: { ...store, loadSuspension } };
  return Array.fromAsync(mapAhead(jobs, JOBS_AT_ONCE, (job) => lookAt(job, shared)));
}

async function lookAt(job: Job, world: StatusWorld): Promise<JobLook> {
  try {
    return await loadStatus(job, world);
  } catch (error) {
    if (!(error instanceof FlotillaError) || error.code !== 'TABLE_ITEM_INVALID') throw error;
    return { ...configured(job), unreadable: formatErrorChain(error) };
  }
}

/** What starts a job, in words. */
function startsOf({ schedules, onBackup, after }: Job): readonly string[] {
  return [...schedules.map(describeSchedule), ...(onBackup ? ['after each backup'] : []), ...after.map((job) => `after ${job}`)];
}

/** What starts each run of a schedule with jitter decides how much later it does. */
function nextRun({ schedules }: Job, after: number): Pick<JobStatus, 'nextRun' | 'nextRunUntil'> {
  const starts = schedules.flatMap((schedule) => {
    const time = nextTime(schedule, after);
    return time === undefined ? [] : [{ time, jitterMs: schedule.jitterMs }];
  });
  const [first] = starts.toSorted((a, b) => a.time - b.time);
  if (first === undefined) return {};
  const { time, jitterMs } = first;
  return { nextRun: formatTime(time), ...(jitterMs > 0 && { nextRunUntil: formatTime(time + jitterMs) }) };
}
