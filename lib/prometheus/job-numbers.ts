import type { JobHealth } from '../sync/health/health.ts';
import type { RunState } from '../sync/report/report.ts';

/** The last run of a job that ended and was neither skipped nor a dry run. */
export interface LastRun {
  readonly state: RunState;
  /** ISO 8601. */
  readonly endedAt: string;
  readonly seconds: number;
  /** Stored bytes written to the target. */
  readonly bytes: number;
}

/** All that the metrics of one job are made of. */
export interface JobNumbers {
  readonly health: JobHealth;
  readonly lastRun?: LastRun;
}

/** Epoch seconds, as Prometheus has times. */
export function epochSeconds(time: string): number {
  return Date.parse(time) / 1000;
}
