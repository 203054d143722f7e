import { addTransfers, noTransfers, type TransferTally } from '../transfer/tally.ts';
import { failureOf } from './failure.ts';
import { iso } from './iso.ts';
import { MAX_UNDER_WAY, type GroupRecord, type Tally, type UnderWay } from './report/group-record.ts';
import type { Outcome } from './report/outcome.ts';
import type { SkipReason } from './skip-reasons.ts';

/** How a snapshot ended. */
export type SnapshotEnd =
  | { readonly outcome: 'copied' | 'updated' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'left-out'; readonly skipped: SkipReason };

/** One snapshot on its way. Several of a group may be on their way at once. */
export interface SnapshotProgress {
  readonly snapshot: string;
  /** Its transfers of this call are counted here; the group's tally has them too. */
  readonly tally: TransferTally;
  /** What was moved for it by all calls so far. */
  moved(): TransferTally;
  underWay(): UnderWay;
  /** What became of it, by the clock of its start. */
  outcome(end: SnapshotEnd, at: number): Outcome;
}

/** `earlier`: what an earlier call of the same worker did for it. `startedAt` and `at` are epoch milliseconds. */
export function openSnapshotProgress(
  { snapshot, reason }: { readonly snapshot: string; readonly reason: Outcome['reason'] },
  earlier: UnderWay | undefined,
  now: number,
): SnapshotProgress {
  const tally = noTransfers();
  const startedAt = earlier === undefined ? now : Date.parse(earlier.startedAt);
  const moved = (): TransferTally => {
    const sum = { ...noTransfers(), ...earlier?.moved };
    addTransfers(sum, tally);
    return sum;
  };
  return {
    ...{ snapshot, tally, moved },
    underWay: () => ({ snapshot, startedAt: iso(startedAt), moved: moved() }),
    outcome: (end, at) => {
      const times = { endedAt: iso(at), seconds: Math.max(0, at - startedAt) / 1000 };
      return { snapshot, reason, ...times, moved: moved(), ...told(end, snapshot) };
    },
  };
}

type Told =
  | Pick<Extract<Outcome, { outcome: 'copied' | 'updated' }>, 'outcome'>
  | Pick<Extract<Outcome, { outcome: 'failed' }>, 'outcome' | 'failure'>
  | Pick<Extract<Outcome, { outcome: 'left-out' }>, 'outcome' | 'skipped'>;

function told(end: SnapshotEnd, snapshot: string): Told {
  if (end.outcome !== 'failed') return end;
  return { outcome: 'failed', failure: failureOf(end.error, snapshot) };
}

/** The snapshots of one group that are begun and not done. */
export interface Moving {
  begin(step: { readonly snapshot: string; readonly reason: Outcome['reason'] }, now: number): SnapshotProgress;
  /** Counts it with what is done. */
  end(snapshot: SnapshotProgress): void;
  /** `done` with what is under way. */
  sum(): Tally;
  record(): Pick<GroupRecord, 'underWay'>;
}

/** Goes on from what earlier calls left under way; their counts are in `done` already. */
export function movingSnapshots(earlier: readonly UnderWay[] | undefined, done: Tally): Moving {
  const left = new Map((earlier ?? []).map((each) => [each.snapshot, each]));
  const open = new Map<string, SnapshotProgress>();
  return {
    begin: (step, now) => {
      const progress = openSnapshotProgress(step, left.get(step.snapshot), now);
      open.set(step.snapshot, progress);
      left.delete(step.snapshot);
      return progress;
    },
    end: ({ snapshot, tally }) => {
      open.delete(snapshot);
      addTransfers(done, tally);
    },
    sum: () => {
      const sum = { ...done };
      for (const { tally } of open.values()) addTransfers(sum, tally);
      return sum;
    },
    record: () => {
      const underWay = [...left.values(), ...[...open.values()].map((each) => each.underWay())].slice(0, MAX_UNDER_WAY);
      return underWay.length === 0 ? {} : { underWay };
    },
  };
}
