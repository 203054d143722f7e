import { iso } from '../../sync/iso.ts';
import type { JobLook, LiveRun } from '../../sync/status/job-status.ts';
import { lastRun, troublesOf } from '../../sync/status/judge-status.ts';
import { liveProgress } from '../../sync/status/live-progress.ts';
import { runFacts } from './run-facts.ts';

/** Version 1 of what `flotilla status --json` prints. A member may be added within a version; none changes its meaning or goes away. */
export function statusJson(statuses: readonly JobLook[], now: number): object {
  return { version: 1, at: iso(now), jobs: statuses.map((status) => jobFacts(status, now)) };
}

function jobFacts(status: JobLook, now: number): object {
  const { id, source, target, starts } = status;
  if (status.unreadable !== undefined) return { job: id, source, target, starts, troubles: troublesOf(status) };
  const { nextRun, nextRunUntil, suspension, health, live } = status;
  const last = lastRun(status);
  return {
    ...{ job: id, source, target, starts },
    ...(nextRun !== undefined && { nextRun }),
    ...(nextRunUntil !== undefined && { nextRunUntil }),
    ...(suspension !== undefined && { suspension }),
    lag: health.lag,
    ...(health.maxLagSeconds !== undefined && { maxLagSeconds: health.maxLagSeconds }),
    overdue: health.overdue,
    troubles: troublesOf(status),
    ...(last !== undefined && { lastRun: runFacts(last) }),
    live: live.map((run) => liveFacts(run, now)),
  };
}

function liveFacts(live: LiveRun, now: number): object {
  const { groups, done, working, bytes, seconds } = liveProgress(live, now);
  return {
    ...runFacts(live.run),
    ...{ stopAsked: live.stopAsked, seconds, bytes, workers: working.length },
    ...(groups !== undefined && { groups: { total: groups, done } }),
  };
}
