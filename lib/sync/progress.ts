import type { Group } from '../datastore/group.ts';
import { failureOf } from './failure.ts';
import { openFindings } from './findings.ts';
import { openLacked } from './health/lacked.ts';
import { laterLook } from './report/lag.ts';
import type { MissingSnapshots } from './health/missing.ts';
import { iso } from './iso.ts';
import type { GroupRecord, Skipped, Tally } from './report/group-record.ts';
import type { Outcome } from './report/outcome.ts';
import { addRequests, noTally } from './report/tally.ts';
import { movingSnapshots, type SnapshotEnd, type SnapshotProgress } from './snapshot-progress.ts';
import type { Worker } from './worker.ts';

/** How often progress is written while a group is at work. */
const SAVE_EVERY_MS = 2000;

/** The record of one group while it is being synced; what earlier calls of the same worker did is kept. */
export interface Progress {
  /** Counts what is moved for the group itself; what is moved for a snapshot is counted by its own progress. */
  readonly tally: Tally;
  /** Snapshots to look at, those of earlier calls with them, and how many are behind us. */
  position(): Pick<GroupRecord, 'snapshots' | 'snapshotsDone'>;
  /** The work begins, at this time (epoch ms). */
  start(at: number): void;
  /** How many snapshots there are to look at from here on. */
  expect(snapshots: number, skipped: readonly Skipped[]): void;
  /** What the target lacks, by what was listed `at` (ISO 8601); kept in step with what is copied. */
  lacks(missing: MissingSnapshots, at: string): void;
  doing(what: string): void;
  /** Takes up a snapshot, or goes on with it where an earlier call ended. */
  begin(step: { readonly snapshot: string; readonly reason: Outcome['reason'] }): SnapshotProgress;
  /** The snapshot is behind us: counts it, and saves what became of it. */
  end(snapshot: SnapshotProgress, end: SnapshotEnd): Promise<void>;
  /** The provider refused to copy an object, which is relayed instead. */
  refuseCopy(code: string): void;
  /** A failure of the group itself. */
  fail(error: unknown): void;
  saveIfDue(): Promise<void>;
  save(state: GroupRecord['state']): Promise<void>;
  failed(): boolean;
}

export function openProgress(
  { namespace, name, behind: planned }: Group & Pick<GroupRecord, 'behind'>,
  earlier: GroupRecord | undefined,
  worker: Pick<Worker, 'store' | 'run' | 'now' | 'requests'>,
): Progress {
  const { store, run, now } = worker;
  const group: Group = { namespace, name };
  const tally: Tally = { ...(earlier?.tally ?? noTally()) };
  let started = earlier?.startedAt === undefined ? {} : { startedAt: earlier.startedAt };
  const found = openFindings(earlier);
  const moving = movingSnapshots(earlier?.underWay, tally);
  let { snapshots, snapshotsDone } = earlier ?? NOTHING_YET;
  let doing = '';
  const lacked = openLacked(laterLook(planned, earlier?.behind));
  let savedAt = 0;
  const save = async (state: GroupRecord['state']): Promise<void> => {
    savedAt = now();
    const at = { ...started, updatedAt: iso(savedAt), snapshots, snapshotsDone, ...(isWorking(state) && told(doing)) };
    const sent = withRequests(moving.sum(), worker.requests, earlier?.tally);
    const what = { ...moving.record(), ...found.record(), ...lacked.record() };
    await store.saveGroup(run, { ...group, state, ...at, tally: sent, ...what });
  };
  return {
    tally,
    start: (at) => void (started = { startedAt: iso(at) }),
    expect: (count, skipped) => {
      snapshots = snapshotsDone + count;
      found.leaveOut(skipped);
    },
    lacks: lacked.look,
    doing: (what) => void (doing = what),
    begin: (step) => moving.begin(step, now()),
    end: async (snapshot, end) => {
      const outcome = snapshot.outcome(end, now());
      moving.end(snapshot);
      snapshotsDone += 1;
      countOutcome(outcome, tally);
      found.add(outcome);
      lacked.end(outcome);
      await store.saveOutcome(run, group, outcome);
    },
    refuseCopy: (code) => found.refuseCopy(code),
    fail: (error) => found.fail(failureOf(error)),
    saveIfDue: async () => (now() - savedAt >= SAVE_EVERY_MS ? save('running') : undefined),
    save,
    position: () => ({ snapshots, snapshotsDone }),
    failed: () => found.failed,
  };
}

const isWorking = (state: GroupRecord['state']): boolean => state === 'running' || state === 'waiting';

const told = (doing: string): Pick<GroupRecord, 'doing'> => (doing === '' ? {} : { doing });

/** How an outcome is counted. */
const COUNTED = {
  copied: 'snapshotsCopied',
  updated: 'snapshotsUpdated',
  failed: 'snapshotsFailed',
  'left-out': undefined,
} as const;

function countOutcome({ outcome }: Outcome, tally: Tally): void {
  const counted = COUNTED[outcome];
  if (counted !== undefined) tally[counted] += 1;
}

/** The tally with what earlier calls and this one have sent. */
function withRequests(tally: Tally, requests: Worker['requests'], earlier = noTally()): Tally {
  const [source, target] = [addRequests(earlier.source, requests.source), addRequests(earlier.target, requests.target)];
  return { ...tally, source, target };
}

const NOTHING_YET: Pick<GroupRecord, 'snapshots' | 'snapshotsDone'> = { snapshots: 0, snapshotsDone: 0 };

/** A worker that begins anew plans anew: what was moved is moved, but failures and what is left out will be found again. */
export function begunAnew(earlier: GroupRecord | undefined): GroupRecord | undefined {
  if (earlier === undefined) return undefined;
  const tally = { ...earlier.tally, snapshotsFailed: 0 };
  return { ...earlier, tally, ...NOTHING_YET, skipped: [], failures: [], failureCount: 0 };
}
