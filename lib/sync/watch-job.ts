import type { Tell } from './event/event.ts';
import { changeStanding } from './health/change-standing.ts';
import { crossMaxLag } from './health/cross-max-lag.ts';
import type { JobHealth, Standing } from './health/health.ts';
import { lookAtJob, type HealthWorld } from './health/look-at-job.ts';
import { tellOverdue, watchTicks } from './health/watch-ticks.ts';
import { tellUntold } from './health/untold.ts';
import type { Job } from './job.ts';

export interface WatchWorld extends HealthWorld {
  readonly tell: Tell;
  readonly measureHealth: (health: JobHealth) => void;
}

/**
 * Looks how a job stands when no run does, again and again: measures it, and tells once what only the clock shows, that lag went over
 * max-lag or that no run has come for a tick. Throws as the `RunStore` does, and as
 * `tellUntold`: the next watch tells it then.
 */
export async function watchJob(job: Job, world: WatchWorld): Promise<JobHealth> {
  const { health, suspension } = await lookAtJob(job, world);
  // First: numbers that stop are what the last alarm goes by.
  world.measureHealth(health);
  const at = Date.parse(health.at);
  const watched = (before: Standing | undefined): Standing | undefined => {
    const crossed = crossMaxLag(before, { job, lag: health.lag, at: health.at });
    return tellOverdue(watchTicks(crossed, job.schedules, { at, isSuspended: suspension !== undefined }), job, health);
  };
  await tellUntold(job.id, await changeStanding(job.id, watched, world), world);
  return health;
}
