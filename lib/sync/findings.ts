import { leftOut } from './left-out.ts';
import { MAX_FAILURES, type Failure, type GroupRecord, type Skipped } from './report/group-record.ts';
import type { Outcome } from './report/outcome.ts';
import type { SkipReason } from './skip-reasons.ts';

/** What was tried again since is no failure any more. */
const TRANSIENT = 'TransientError';

/** What no plan can know: only reading a snapshot shows it. */
const FOUND_BY_WORKERS: readonly SkipReason[] = ['unreadable', 'vanished'];

/** What is wrong in one group, or left out of it, as far as its worker knows. */
export interface Findings {
  /** What the plan leaves out, in place of what an earlier plan did. */
  leaveOut(skipped: readonly Skipped[]): void;
  add(outcome: Outcome): void;
  fail(failure: Failure): void;
  refuseCopy(code: string): void;
  record(): Pick<GroupRecord, 'skipped' | 'failures' | 'failureCount' | 'copyRefusals'>;
  readonly failed: boolean;
}

/** Goes on from what earlier calls of the same worker found. */
export function openFindings(earlier: GroupRecord | undefined): Findings {
  const failures = earlier === undefined ? [] : earlier.failures.filter(({ kind }) => kind !== TRANSIENT);
  let failureCount = failures.length + uncounted(earlier);
  let left = leftOut(earlier?.skipped);
  const refusals = new Map((earlier?.copyRefusals ?? []).map(({ code, count }) => [code, count]));
  const fail = (failure: Failure): void => {
    failureCount += 1;
    if (failures.length < MAX_FAILURES) failures.push(failure);
  };
  return {
    leaveOut: (skipped) => {
      left = leftOut([...left.list().filter(({ reason }) => FOUND_BY_WORKERS.includes(reason)), ...skipped]);
    },
    add: (outcome) => {
      if (outcome.outcome === 'failed') fail(outcome.failure);
      if (outcome.outcome === 'left-out') left.add(outcome.skipped, outcome.snapshot);
    },
    fail,
    refuseCopy: (code) => void refusals.set(code, (refusals.get(code) ?? 0) + 1),
    record: () => ({ skipped: left.list(), failures: [...failures], failureCount, ...toldRefusals(refusals) }),
    get failed() {
      return failureCount > 0;
    },
  };
}

function toldRefusals(refusals: ReadonlyMap<string, number>): Pick<GroupRecord, 'copyRefusals'> {
  return refusals.size === 0 ? {} : { copyRefusals: [...refusals].map(([code, count]) => ({ code, count })) };
}

/** Failures that were counted, but had no room to be named. */
function uncounted(earlier: GroupRecord | undefined): number {
  return earlier === undefined ? 0 : earlier.failureCount - earlier.failures.length;
}
