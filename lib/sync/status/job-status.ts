import type { JobHealth } from '../health/health.ts';
import type { WorkingRun } from '../health/load-live.ts';
import type { RunRecord, Suspension } from '../run-store.ts';

/** A run that waits or is at work. */
export interface LiveRun extends WorkingRun {
  /** Somebody asked it to end at its next safe point. */
  readonly stopAsked: boolean;
}

/** A run of the past, or one that is at work. */
export interface RecentRun extends RunRecord {
  /** It says that it waits or is at work, but its lease has run out: it was killed, or died without a word. */
  readonly lost?: true;
}

/** What the configuration says of a job. */
interface ConfiguredJob {
  readonly id: string;
  readonly source: { readonly id: string; readonly place: string };
  readonly target: { readonly id: string; readonly place: string };
  /** What starts it, in words; empty: only people do. */
  readonly starts: readonly string[];
}

/** A job of which the table has something that does not read, so that no more is known of it. */
export interface UnreadableJob extends ConfiguredJob {
  /** Why, and what to do: a sentence. */
  readonly unreadable: string;
}

/** A job among others: one that cannot be read hides none of them. */
export type JobLook = JobStatus | UnreadableJob;

/** What there is to know of one job at a glance; times are ISO 8601, UTC. */
export interface JobStatus extends ConfiguredJob {
  readonly unreadable?: never;
  /** When a schedule starts the next run; it may come as late as `nextRunUntil`, where the schedule has jitter. */
  readonly nextRun?: string;
  readonly nextRunUntil?: string;
  readonly suspension?: Suspension;
  readonly health: JobHealth;
  readonly live: readonly LiveRun[];
  /** The last runs, the newest first, those at work among them. */
  readonly recent: readonly RecentRun[];
}
