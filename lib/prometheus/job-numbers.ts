import type { RunState } from '../sync/report/report.ts';
import type { JobStatus } from '../sync/status/job-status.ts';

/** What the metrics of one job are made of. */
export type JobNumbers = Pick<JobStatus, 'health' | 'recent' | 'suspension' | 'nextRun' | 'unreadable'>;

/** A run that ended. */
export interface LastRun {
  readonly state: RunState;
  /** ISO 8601. */
  readonly endedAt: string;
  readonly seconds?: number;
  /** Stored bytes written to the target. */
  readonly bytes?: number;
}

/** The last run that ended and was neither skipped nor a dry run. */
export function lastRunOf({ recent }: JobNumbers): LastRun | undefined {
  for (const { state, endedAt, dryRun, summary } of recent) {
    if (endedAt === undefined || state === 'skipped' || dryRun === true) continue;
    return { state, endedAt, ...(summary && { seconds: summary.seconds, bytes: summary.bytes }) };
  }
  return undefined;
}

/** Epoch seconds, as Prometheus has times. */
export function epochSeconds(time: string): number {
  return Date.parse(time) / 1000;
}
