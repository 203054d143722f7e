import type { JobDocument } from '../config/job-document.ts';
import type { LogLine } from '../page/log.ts';
import type { Preview } from '../page/preview.ts';
import type { RunRef } from '../sync/run-store.ts';
import type { ShownRun } from '../page/run.ts';
import type { JobLook, JobStatus, RecentRun } from '../sync/status/job-status.ts';

/** What the page shows, and what it may start. Each throws a `FlotillaError` when it cannot. */
export interface PageWorld {
  /** Epoch milliseconds. */
  now(): number;
  /** In the order of the configuration. */
  statuses(): Promise<readonly JobLook[]>;
  /** The same for machines, as `flotilla status --json` says it. */
  statusJson(): Promise<object>;
  /** Undefined: there is no such job. */
  status(job: string): Promise<JobStatus | undefined>;
  document(job: string): JobDocument | undefined;
  /** The runs of a job, newest first. */
  history(job: string): Promise<readonly RecentRun[]>;
  /** A run of the past or of the present; undefined: there is none of that name. */
  run(job: string, id: string): Promise<ShownRun | undefined>;
  /** The last lines of a run's log after the line `after`; undefined: none is kept. */
  log(run: Pick<RunRef, 'job' | 'id'>, after: number): readonly LogLine[] | undefined;
  /** The page of its report; undefined: there is none. */
  report(run: ShownRun['run']): Promise<Buffer | undefined>;
  /** Finds out what a run would do, and changes nothing; ends early when `signal` does. */
  readonly plan: (job: JobDocument, signal: AbortSignal) => Promise<Preview>;
  /** Returns when the run is written down as one to execute. */
  start(job: string, overrides: Readonly<Record<string, unknown>>): Promise<RunRef>;
  /** Asks a run to end at its next safe point. */
  stop(run: RunRef): Promise<void>;
  /** Tells of a fault of the page itself. */
  readonly complain: (message: string) => void;
}
