import type { RunRef } from '../sync/run-store.ts';

/** One schedule of a job. Times are epoch milliseconds. */
export interface ServedSchedule {
  readonly name: string;
  /** What makes it the schedule that it is: with another text it begins anew. */
  readonly text: string;
  /** The latest time at `notAfter` or before; undefined: there was none. */
  lastTime(notAfter: number): number | undefined;
  /** The first time after `after`; undefined: there is none. */
  nextTime(after: number): number | undefined;
  /** The input of the run that serves a time. */
  input(time: number): Readonly<Record<string, unknown>>;
}

/** What starts the runs of one job. */
export interface ServedJob {
  readonly id: string;
  readonly schedules: readonly ServedSchedule[];
  /** Jobs whose good runs are followed by one of this job. */
  readonly after: readonly string[];
  /** How long manifests are gathered, and how often the source is asked; undefined: backups start nothing. */
  readonly onBackup?: { readonly settleMs: number; readonly pollMs: number };
}

/** What the world looks like, by job. */
export interface Facts {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether triggered runs of the job are skipped for now. */
  isSuspended(job: string): boolean;
  /** Runs of a followed job that ended well, the latest first; undefined: that was not looked up. */
  endedWell(job: string): readonly string[] | undefined;
  /** When (epoch ms) each group was heard of that was backed up and waits for a run to take it up, ascending. */
  openSince(job: string): readonly number[];
  /** When a source is asked for new backups next (epoch ms); undefined: none is. */
  readonly nextPoll: number | undefined;
}

/** Gives a run of a job a name that no other has, and the present as its start. */
export type NameRun = (job: string) => RunRef;
