import type { GroupRecord } from '../report/group-record.ts';
import type { JobHealth } from '../health/health.ts';
import type { RunRecord, Suspension } from '../run-store.ts';

/** A run that waits or is at work. `groups` is what its workers have written so far; undefined before it is planned. */
export interface LiveRun {
  readonly run: RunRecord;
  readonly groups?: readonly GroupRecord[];
  /** Somebody asked it to end at its next safe point. */
  readonly stopAsked: boolean;
}

/** What there is to know of one job at a glance; times are ISO 8601, UTC. */
export interface JobStatus {
  readonly id: string;
  readonly source: { readonly id: string; readonly place: string };
  readonly target: { readonly id: string; readonly place: string };
  /** What starts it, in words; empty: only people do. */
  readonly starts: readonly string[];
  readonly nextRun?: string;
  readonly suspension?: Suspension;
  readonly health: JobHealth;
  readonly live: readonly LiveRun[];
  /** The last runs, the newest first, those at work among them. */
  readonly recent: readonly RunRecord[];
}
