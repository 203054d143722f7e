import type { JobStatus, RecentRun } from '../sync/status/job-status.ts';

/** What the metrics of one job are made of. */
export type JobNumbers = Pick<JobStatus, 'health' | 'recent' | 'suspension' | 'nextRun' | 'unreadable'>;

/**
 * The last run that ended and was neither skipped nor a dry run. Unlike `lastRun` of a status, which people read: a run that was skipped or
 * lost has no numbers, and would hide those of the one before it.
 */
export function lastMeasured({ recent }: JobNumbers): RecentRun | undefined {
  return recent.find(({ state, endedAt, dryRun }) => endedAt !== undefined && state !== 'skipped' && dryRun !== true);
}

/** Epoch seconds, as Prometheus has times. */
export function epochSeconds(time: string): number {
  return Date.parse(time) / 1000;
}
