import { failureOf } from './failure.ts';
import { MAX_FAILURES, type Failure, type GroupRecord, type Skipped, type Tally } from './report/group-record.ts';
import type { SkipReason } from './skip-reasons.ts';
import { addRequests, noTally } from './report/tally.ts';
import type { Worker } from './worker.ts';

/** What was tried again since is no failure any more. */
const TRANSIENT = 'TransientError';

/** What no plan can know: only reading a snapshot shows it. */
const FOUND_BY_WORKERS: readonly SkipReason[] = ['unreadable', 'vanished'];

/** How often progress is written while a group is at work. */
const SAVE_EVERY_MS = 2000;

/** The record of one group while it is being synced; what earlier calls of the same worker did is kept. */
export interface Progress {
  readonly tally: Tally;
  /** Snapshots to look at, those of earlier calls with them, and how many are behind us. */
  readonly snapshots: number;
  readonly snapshotsDone: number;
  /** How many snapshots there are to look at from here on. */
  expect(snapshots: number, skipped: readonly Skipped[]): void;
  doing(what: string): void;
  snapshotDone(): void;
  leaveOut(reason: SkipReason, snapshot: string): void;
  fail(error: unknown, snapshot?: string): void;
  saveIfDue(): Promise<void>;
  save(state: GroupRecord['state']): Promise<void>;
  readonly failed: boolean;
}

export function openProgress(
  group: { readonly namespace: string; readonly name: string },
  earlier: GroupRecord | undefined,
  worker: Pick<Worker, 'store' | 'run' | 'now' | 'requests'>,
): Progress {
  const { store, run, now, requests } = worker;
  const before = earlier?.tally ?? noTally();
  const tally: Tally = { ...before };
  const startedAt = earlier?.startedAt ?? iso(now());
  const failures = keptFailures(earlier);
  let failureCount = failures.length + uncounted(earlier);
  let { skipped, snapshots, snapshotsDone } = earlier ?? NOTHING_YET;
  let doing = '';
  let savedAt = 0;
  const save = async (state: GroupRecord['state']): Promise<void> => {
    savedAt = now();
    await store.saveGroup(run, {
      ...{ namespace: group.namespace, name: group.name, state, startedAt, updatedAt: iso(savedAt), snapshots, snapshotsDone },
      ...(doing !== '' && state === 'running' && { doing }),
      ...{ tally: withRequests(tally, before, requests), skipped, failures, failureCount },
    });
  };
  return {
    tally,
    expect: (count, left) => {
      snapshots = snapshotsDone + count;
      skipped = [...skipped.filter(({ reason }) => FOUND_BY_WORKERS.includes(reason)), ...left];
    },
    doing: (what) => void (doing = what),
    snapshotDone: () => void (snapshotsDone += 1),
    leaveOut: (reason, snapshot) => void (skipped = addSkipped(skipped, reason, snapshot)),
    fail: (error, snapshot) => {
      failureCount += 1;
      if (failures.length < MAX_FAILURES) failures.push(failureOf(error, snapshot));
    },
    saveIfDue: async () => {
      if (now() - savedAt >= SAVE_EVERY_MS) await save('running');
    },
    save,
    get snapshots() {
      return snapshots;
    },
    get snapshotsDone() {
      return snapshotsDone;
    },
    get failed() {
      return failureCount > 0;
    },
  };
}

/** The tally with what earlier calls and this one have sent. */
function withRequests(tally: Tally, before: Tally, requests: Worker['requests']): Tally {
  const [source, target] = [addRequests(before.source, requests.source), addRequests(before.target, requests.target)];
  return { ...tally, source, target };
}

const NOTHING_YET: Pick<GroupRecord, 'skipped' | 'snapshots' | 'snapshotsDone'> = { skipped: [], snapshots: 0, snapshotsDone: 0 };

function keptFailures(earlier: GroupRecord | undefined): Failure[] {
  return earlier === undefined ? [] : earlier.failures.filter(({ kind }) => kind !== TRANSIENT);
}

/** Failures that were counted, but had no room to be named. */
function uncounted(earlier: GroupRecord | undefined): number {
  return earlier === undefined ? 0 : earlier.failureCount - earlier.failures.length;
}

/** A worker that begins anew plans anew: what was moved is moved, but failures and what is left out will be found again. */
export function begunAnew(earlier: GroupRecord | undefined): GroupRecord | undefined {
  if (earlier === undefined) return undefined;
  const tally = { ...earlier.tally, snapshotsFailed: 0 };
  return { ...earlier, tally, ...NOTHING_YET, failures: [], failureCount: 0 };
}

function addSkipped(skipped: readonly Skipped[], reason: SkipReason, snapshot: string): Skipped[] {
  const so = skipped.find((entry) => entry.reason === reason);
  const rest = skipped.filter((entry) => entry !== so);
  return [...rest, { reason, count: (so?.count ?? 0) + 1, first: so?.first ?? snapshot, last: snapshot }];
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
