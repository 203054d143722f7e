import type { ArchiveSummary } from '../datastore/layout.ts';
import type { StartBatch } from '../limits/start-gate/start-gate.ts';
import type { RequestCounts } from '../datastore/object-store.ts';
import type { Group } from '../datastore/group.ts';
import type { GroupBehind, Standing } from './health/health.ts';
import type { BehindAt } from './report/lag.ts';
import type { DeferredGroup } from './payloads.ts';
import type { GroupRecord } from './report/group-record.ts';
import type { Outcome } from './report/outcome.ts';
import type { RunState } from './report/report.ts';
import type { SkipCounts } from './skip-reasons.ts';
import type { LockStore } from './overlap/lock-store.ts';
import type { TurnAnswer, TurnAsker } from './overlap/turn.ts';
import type { WrittenGroup, WrittenRecord } from './written-record.ts';

/** Names one run: unique for its job, and ordered by start when compared as text together with `startedAt`. */
export interface RunRef {
  readonly job: string;
  readonly id: string;
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string;
}

/** What is kept of a run. Times are ISO 8601, UTC. */
export interface RunRecord extends RunRef {
  readonly state: RunState;
  /** The tick that it serves: the latest that was due when it came. */
  readonly scheduledTime?: string;
  readonly schedule?: string;
  readonly missed?: MissedTicks;
  /** The run of another job that it came after, `<job>/<run>`. */
  readonly afterRun?: string;
  /** It was started for the groups that were written since. */
  readonly pendingOnly?: boolean;
  /** It ended after planning, as it was asked to. */
  readonly dryRun?: boolean;
  /** It was skipped as it should be: nobody needs to look into that. */
  readonly quiet?: boolean;
  readonly endedAt?: string;
  /** Key of the plan in the control bucket. */
  readonly planKey?: string;
  readonly groups?: number;
  /** Groups that have work. */
  readonly working?: number;
  /** Snapshots that planning left out, over all groups. */
  readonly leftOut?: SkipCounts;
  /** When it began to list both sides; `whole`: all of the job. Set once it has planned; no dry run has it, nor one that selects other snapshots than its job. */
  readonly looked?: { readonly at: string; readonly whole: boolean };
  /** What the source held when the run was planned; left out of a dry run, which follows nothing it sees. */
  readonly held?: HeldSnapshots;
  /** What listing and planning sent. */
  readonly requests?: { readonly source: RequestCounts; readonly target: RequestCounts };
  /** Key of the report in the control bucket, without its ending. */
  readonly reportKey?: string;
  readonly message?: string;
  /** What it did, in numbers; set when it has ended. */
  readonly summary?: RunSummary;
}

/** A run in a line: what a history needs without its report. */
export interface RunSummary {
  readonly seconds: number;
  readonly copied: number;
  readonly updated: number;
  readonly failed: number;
  readonly removed: number;
  /** Stored bytes and chunks written to the target. */
  readonly bytes: number;
  readonly chunks: number;
  readonly groupsOk: number;
  readonly groupsErrors: number;
  readonly groupsUnfinished: number;
  readonly failureCount: number;
  /** How far the copy was behind when it ended (`report/lag.ts`). */
  readonly lagSeconds?: number;
  readonly missing: number;
}

/** Ticks that no run served before a later one of their schedule; `since` is the first of them, ISO 8601. */
export interface MissedTicks {
  /** At most 1000: then there are that many or more. */
  readonly count: number;
  readonly since: string;
}

/** How far the ticks of one schedule of a job are served. */
export interface TickRecord {
  /** What made the schedule's times when this was written: `timesText`. */
  readonly times: string;
  /** The latest tick that a run serves, ISO 8601: none before it is served any more. */
  readonly served: string;
  /** The run's id. */
  readonly run: string;
  readonly missed?: MissedTicks;
  /** Who served before it, the latest first, a few of them: a run that was killed before its own record says so finds here what is its own. */
  readonly earlier?: readonly Pick<TickRecord, 'served' | 'run' | 'missed'>[];
}

/** While it holds, no run starts by itself. Times are ISO 8601, UTC. */
export interface Suspension {
  readonly since: string;
  readonly until?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** A `ConfigError`: what an operator has to change before the run can be started again. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Somebody wants a run to end; `at` is ISO 8601, UTC. */
export interface StopAsk {
  readonly at: string;
  readonly by?: string;
}

/** Finished snapshots of the source; `reach` names the part of it that was counted (`held-before.ts`). */
export interface HeldSnapshots {
  readonly reach: string;
  readonly snapshots: number;
}

/** Who wants to start, one name for each worker of a run; `place` is what an earlier answer gave, null at first. */
export interface StartClaim {
  readonly owner: string;
  readonly batch: StartBatch;
  readonly place: number | null;
}

/** `startedAt`: the worker may start, which is recorded. Else it comes again after `waitSeconds`, with `place`, when its place in line is due. */
export type StartAnswer = { readonly startedAt: number } | { readonly waitSeconds: number; readonly place: number };

/** A snapshot known to be on a target. `sourceEtag` is that of the commit marker as the source listed it. */
export interface Replica {
  readonly snapshot: string;
  readonly state: 'replicated' | 'failed';
  /** ISO 8601: replicated, or last failed, at. */
  readonly at: string;
  readonly run: string;
  readonly sourceEtag?: string;
  /** SHA-256 (hex) of the commit marker that the target was given. */
  readonly markerDigest?: string;
  readonly archives: readonly ArchiveSummary[];
  readonly chunks: number;
  /** Stored bytes that were moved for it. */
  readonly bytes: number;
  /** Code and message of the failure. */
  readonly error?: string;
}

/**
 * What Flotilla remembers in its table. The target is the truth: losing all of this costs time, never data. Every method is
 * safe to call again with the same arguments. Throws `TransientError` when the table cannot be reached or throttles, `ConfigError` when access is denied.
 * `now` is epoch milliseconds everywhere.
 */
export interface RunStore extends LockStore {
  /** Whether this run is the one that something starts, whatever `cause` says that is: the first to claim it, or the same run again. */
  claimCause(job: string, cause: string, run: string, now: number): Promise<boolean>;
  /** The id of the run that has claimed it. */
  loadCause(job: string, cause: string): Promise<string | undefined>;

  loadTick(job: string, schedule: string): Promise<TickRecord | undefined>;
  /** One conditional write: false, and nothing is written, unless what is known is still `before`. */
  saveTick(job: string, schedule: string, record: TickRecord, before: TickRecord | undefined): Promise<boolean>;

  /** What `undefined` names is all jobs, apart from each job's own suspension. One that has run out may still be there. */
  loadSuspension(job: string | undefined): Promise<Suspension | undefined>;
  saveSuspension(job: string | undefined, suspension: Suspension): Promise<void>;
  removeSuspension(job: string | undefined): Promise<void>;

  /**
   * Asks for a run's turn among the runs of its job whose leases are running (`turn.ts` says who goes). A run that goes or
   * waits is remembered for `leaseMs`, one that is skipped is not. Of runs that ask at once each sees those before it.
   */
  askTurn(asker: TurnAsker, now: number, leaseMs: number): Promise<TurnAnswer>;
  /** The run has planned, and is at work on its groups from now on. */
  beginWork(run: RunRef): Promise<void>;
  /**
   * Prolongs the lease of a run that waits or is at work. False when it has none. One that had run out is at work again from then on,
   * though others may have gone meanwhile.
   */
  renewTurn(run: RunRef, now: number, leaseMs: number): Promise<boolean>;
  /** Ends the run's turn, or its waiting for it. */
  releaseTurn(run: RunRef): Promise<void>;
  /** The runs of a job that wait or are at work, by their ids: whose leases are running, where they last `leaseMs`. */
  listLiving(job: string, now: number, leaseMs: number): Promise<ReadonlyMap<string, RunRef>>;

  saveRun(record: RunRecord): Promise<void>;
  loadRun(run: RunRef): Promise<RunRecord | undefined>;
  /** Newest first, at most `limit`. */
  listRuns(job: string, limit: number): Promise<readonly RunRecord[]>;

  /** Asks all workers of a run to end at their next safe point, wherever they are; the first to ask is remembered. */
  askStop(run: RunRef, ask: StopAsk): Promise<void>;
  loadStop(run: RunRef): Promise<StopAsk | undefined>;

  /** Remembers what a worker was refused: its run fails, and its other workers end before they begin. The last one saved holds. */
  saveRefusal(run: RunRef, refusal: Refusal): Promise<void>;
  loadRefusal(run: RunRef): Promise<Refusal | undefined>;

  /** Progress and result of one group in one run; replaces what was saved before. */
  saveGroup(run: RunRef, record: GroupRecord): Promise<void>;
  loadGroup(run: RunRef, group: Group): Promise<GroupRecord | undefined>;
  listGroups(run: RunRef): AsyncIterable<GroupRecord>;

  /** Remembers that the run has to come back to a group; replaces what was said of it before. */
  saveDeferred(run: RunRef, deferred: DeferredGroup): Promise<void>;
  removeDeferred(run: RunRef, group: Group): Promise<void>;
  listDeferred(run: RunRef): AsyncIterable<DeferredGroup>;

  /** What became of one snapshot in one run; replaces what was saved of it before. */
  saveOutcome(run: RunRef, group: Group, outcome: Outcome): Promise<void>;
  /** Group after group, and in the order of the snapshots of each. */
  listOutcomes(run: RunRef): AsyncIterable<{ readonly group: Group; readonly outcome: Outcome }>;

  /**
   * Asks the start gate of a target datastore for a worker: never lets more than the batch start in any window of its period, by
   * recorded times. A start whose answer is lost counts, at worst twice. `now` is asked when the gate has been read: by an older
   * time, starts that were recorded meanwhile would lie in the future.
   */
  claimStart(target: string, claim: StartClaim, now: () => number): Promise<StartAnswer>;

  /** Remembers as pending what a group of the job was written, unless that is what was heard of it last. */
  addWritten(job: string, written: WrittenGroup, now: number): Promise<void>;
  /** What is known of each group, whatever became of it. */
  listWritten(job: string): AsyncIterable<WrittenRecord>;
  /** `run` (its id) takes it up, or settles it, which is written down. Does nothing unless what is known is still `known`. */
  moveWritten(job: string, known: WrittenRecord, to: 'taken' | 'settled', run: string): Promise<void>;

  /** What a group of the job lacks at a time; replaces what is known of an earlier one, or of one that a wrong clock has made. */
  saveBehind(job: string, group: Group, behind: BehindAt, now: number): Promise<void>;
  /** In the order of the groups. */
  listBehind(job: string): AsyncIterable<GroupBehind>;

  loadStanding(job: string): Promise<Standing | undefined>;
  /** One conditional write: false, and nothing is written, unless what is known is still `before`. `next` has the revision after it. */
  saveStanding(job: string, next: Standing, before: Standing | undefined): Promise<boolean>;

  /** Replaces what is known of the snapshot. */
  saveReplica(target: string, group: Group, replica: Replica): Promise<void>;
  /** Forgets a snapshot that was removed from the target. */
  removeReplica(target: string, group: Group, snapshot: string): Promise<void>;
  loadReplica(target: string, group: Group, snapshot: string): Promise<Replica | undefined>;
  /** In the order of their snapshots. */
  listReplicas(target: string, group: Group): AsyncIterable<Replica>;
  /** All snapshots of a target whose last attempt failed, for the next run to try again. */
  listFailed(target: string): AsyncIterable<{ readonly group: Group; readonly snapshot: string }>;
}
