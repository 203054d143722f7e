import type { RequestCounts } from '../datastore/object-store.ts';
import type { SkipCounts, SkipReason } from './skip-reasons.ts';
import type { RunRef } from './run-store.ts';

/** `running` and `waiting` runs have no report yet. */
export type RunState = 'waiting' | 'running' | 'ok' | 'warnings' | 'errors' | 'failed' | 'stopped' | 'skipped';

/** A failure by name, as the table and the report keep it. */
export interface Failure {
  /** The error's kind: TransientError, DataError, .. or the name of a bug. */
  readonly kind: string;
  readonly code: string;
  /** One line from the outside in. */
  readonly message: string;
  /** `a/b/vm/100`: set where failures of several groups stand together. */
  readonly group?: string;
  readonly snapshot?: string;
  readonly archive?: string;
  readonly digest?: string;
  /** Other snapshots of the run that fail for the same chunk, `a/b/vm/100/2025-11-01T08:10:00Z`. */
  readonly neededBy?: readonly string[];
  /** Further damaged chunks of the same snapshot. */
  readonly moreDigests?: readonly string[];
}

/** Snapshots of a group that were left out, and why. */
export interface Skipped {
  readonly reason: SkipReason;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** What one worker has moved so far. Bytes are stored bytes. */
export interface Tally {
  snapshotsCopied: number;
  snapshotsUpdated: number;
  snapshotsFailed: number;
  /** Chunks written to the target. */
  chunks: number;
  /** Chunks that the target had already. */
  chunksKnown: number;
  /** Bytes written to the target: chunks and all other objects. */
  bytes: number;
  /** Relayed chunks that were verified against their name. */
  verified: number;
  source: RequestCounts;
  target: RequestCounts;
}

/** Progress of one group in one run, and its result when `state` is no longer `running`. */
export interface GroupRecord {
  readonly namespace: string;
  readonly name: string;
  readonly state: 'running' | 'waiting' | 'ok' | 'errors' | 'stopped';
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Snapshots this worker has to look at, and how many are behind it. */
  readonly snapshots: number;
  readonly snapshotsDone: number;
  /** What it is at now, for people: `2025-11-01T08:10:00Z chunks`. */
  readonly doing?: string;
  readonly tally: Tally;
  readonly skipped: readonly Skipped[];
  /** At most `MAX_FAILURES` of them; `failureCount` counts all. */
  readonly failures: readonly Failure[];
  readonly failureCount: number;
}

/** Keeps a group's record well below DynamoDB's 400 KiB an item. */
export const MAX_FAILURES = 50;

/** Failures that a report names; `failureCount` counts all, and the groups' own records name more. */
export const MAX_REPORT_FAILURES = 500;

/** What remove-vanished took away. */
export interface Removed {
  readonly snapshots: number;
  readonly groups: number;
  readonly namespaces: number;
  readonly kept: readonly string[];
}

/** The sum over a run, for machines; its JSON Schema is docs/report.schema.json. */
export interface Report extends RunRef {
  readonly version: 1;
  readonly state: RunState;
  /** Why the run was skipped. */
  readonly reason?: string;
  /** Whether the run ended after planning, as it was asked to. */
  readonly dryRun: boolean;
  readonly endedAt: string;
  readonly seconds: number;
  readonly workerThreads: number;
  readonly source: string;
  readonly target: string;
  /** Groups: all that the source has, those that had work, and how those ended. */
  readonly groups: {
    readonly total: number;
    readonly planned: number;
    readonly ok: number;
    readonly errors: number;
    readonly unfinished: number;
  };
  readonly snapshots: { readonly copied: number; readonly updated: number; readonly failed: number };
  readonly tally: Tally;
  readonly removed?: Removed;
  /** Snapshots of the source that are not on the target and were left out, by reason, over all groups, those without work too. */
  readonly leftOut: SkipCounts;
  /** At most `MAX_REPORT_FAILURES`, in the order of the groups; every failing group is named before one is named again. */
  readonly failures: readonly Failure[];
  readonly failureCount: number;
  readonly details: readonly GroupRecord[];
}
