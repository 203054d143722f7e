import type { BehindAt } from './report/lag.ts';
import type { Report, RunState } from './report/report.ts';

/**
 * What travels between the states of the machine: ids and counts, never lists of backups. Jobs travel as documents in PBS
 * spelling (`config/job-document.ts`), so that the console shows what the configuration file says.
 */

/** Names the run: `id` is the execution's name, `startedAt` its start time. */
export interface RunName {
  readonly id: string;
  readonly startedAt: string;
}

/** What started a run; nothing of it: a person did. */
export interface RunTrigger {
  /** The time of the job's schedule that it serves, ISO 8601. */
  readonly scheduledTime?: string;
  /** Which of the job's schedules it is a time of; without one it is somebody else's scheduler. */
  readonly schedule?: string;
  /** The run of another job that it comes after, `<job>/<run>`. */
  readonly afterRun?: string;
  /** Only the groups that were written at the source since, whatever else there is to do. */
  readonly pendingOnly?: boolean;
}

/** An object that was written at the source: its key in the bucket and its ETag. */
export interface WrittenKey {
  readonly key: string;
  readonly etag: string;
}

/** In: start-run. `job` is the constant of the machine's first state, `overrides` the input of the execution. */
export interface StartRunInput {
  readonly job: unknown;
  readonly overrides: unknown;
  readonly run: RunName;
}

/** In: start-run, once the workers of a run have ended: are there groups that it has to come back to? `after` is the round's number. */
export interface NextGroupsInput {
  readonly job: unknown;
  readonly run: RunName;
  readonly after: number;
}

/** The lines that the Map reads next, after a wait; none: the run goes on behind it. The first round is number 0. */
export interface Round {
  readonly number: number;
  readonly items: number;
  readonly planKey: string;
  readonly waitSeconds: number;
}

/**
 * Out: start-run. `job` has the overrides merged in; after the round of `wait` it is called again, and `none` is an execution that
 * nobody wanted: nothing is recorded of it.
 */
export interface StartRunOutput {
  readonly decision: 'go' | 'wait' | 'skip' | 'none';
  readonly job: unknown;
  readonly workerThreads: number;
  /** Lines in the plan; 0: nothing to do. */
  readonly items: number;
  readonly removeVanished: boolean;
  readonly round: Round;
}

/** One line of the plan in the control bucket: one worker's work. */
export type PlanItem = GroupItem | WaitItem | { readonly kind: 'namespaces'; readonly missingNamespaces: readonly string[] };

export interface GroupItem {
  readonly kind: 'group';
  readonly namespace: string;
  readonly name: string;
  readonly missingNamespaces: readonly string[];
  /** What the listings show that the target lacks; before manifests are read, which may leave some of it out. */
  readonly behind?: BehindAt;
}

/** A group that another run holds, and how often it was given to a worker since. */
export interface DeferredGroup {
  readonly item: GroupItem;
  readonly offers: number;
}

/**
 * To wait, since then (ISO 8601), for the run's turn, or for groups that other runs hold: the first of them, and those that come while
 * the run rests.
 */
export interface WaitItem {
  readonly kind: 'wait';
  readonly what: 'turn' | 'groups';
  readonly since: string;
  readonly restSeconds: number;
}

/** Where a worker goes on after a call that ended at its deadline. */
export interface SyncCursor {
  readonly snapshot: string;
  /** ETag of the snapshot's commit marker on the source: with another one the position means nothing. */
  readonly marker: string;
  /** Transfers of its bulk that are behind it. */
  readonly position: number;
}

/** In: sync-group. */
export interface SyncGroupInput {
  readonly job: unknown;
  readonly run: RunName;
  readonly item: PlanItem;
  readonly cursor: SyncCursor | null;
  /** Its place in the line before the start gate; null: it has none. */
  readonly place: number | null;
}

/** Out: sync-group. Not done: call again after `waitSeconds`, with `cursor` and `place`. */
export interface SyncGroupOutput {
  readonly done: boolean;
  readonly waitSeconds: number;
  readonly cursor: SyncCursor | null;
  readonly place?: number;
}

/** In: remove-vanished. */
export interface RemoveVanishedInput {
  readonly job: unknown;
  readonly run: RunName;
}

/** Out: remove-vanished. Not done: call again. */
export interface RemoveVanishedOutput {
  readonly done: boolean;
}

/** In: finish-run, from every path. `start` is absent when start-run failed, `error` is what a Catch put there. */
export interface FinishRunInput {
  readonly job: unknown;
  readonly run: RunName;
  readonly start?: StartRunOutput;
  readonly error?: { readonly Error: string; readonly Cause: string };
}

/** Out: finish-run. The machine fails unless `succeeded`. */
export interface FinishRunOutput {
  readonly state: RunState;
  readonly succeeded: boolean;
  /** One sentence for the console. */
  readonly message: string;
  readonly reportKey: string;
  readonly counts: Pick<Report, 'groups' | 'snapshots'>;
}
