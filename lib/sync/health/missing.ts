import type { Layout } from '../../datastore/layout.ts';
import { iso } from '../iso.ts';
import type { GroupPlan, PullStep } from '../plan-group.ts';
import type { SureStep } from '../refine-plan.ts';
import type { BehindAt } from '../report/lag.ts';

/** Snapshots of one group that the job would copy and the target lacks, while they are copied. */
export interface MissingSnapshots {
  /** It is on the target. */
  copied(snapshot: string): void;
  /** It is gone from the source. */
  vanished(snapshot: string): void;
  /** What is missing now, by what was listed `at` (ISO 8601). */
  behind(at: string): BehindAt;
}

type Step = Pick<PullStep, 'snapshot'> & { readonly reason: PullStep['reason'] | SureStep['reason'] };

/** What the target lacks by the plan of a group: the `steps` to what it has no copy of, oldest first, and what a wrong copy holds back. */
export function openMissing(
  { heldBack, newestCommon }: Pick<GroupPlan, 'heldBack' | 'newestCommon'>,
  steps: readonly Step[],
  layout: Pick<Layout, 'snapshotTime'>,
): MissingSnapshots {
  const pending = new Set(steps.filter(({ reason }) => LACKED.has(reason)).map(({ snapshot }) => snapshot.name));
  let newestCopy = newestCommon;
  const isNewer = (name: string): boolean => name > newestCopy;
  const timeOf = (name: string): string => iso(layout.snapshotTime(name));
  return {
    copied: (snapshot) => {
      pending.delete(snapshot);
      if (isNewer(snapshot)) newestCopy = snapshot;
    },
    vanished: (snapshot) => void pending.delete(snapshot),
    behind: (at) => {
      // What a newer copy has come after is not held back any more: it is older than that copy, and left out.
      const names = [...pending, ...heldBack.filter(isNewer)].toSorted();
      const [since, newest] = [names.find(isNewer), names.at(-1)];
      return {
        missing: names.length,
        ...(since !== undefined && { since: timeOf(since) }),
        ...(newest !== undefined && { newest: timeOf(newest) }),
        at,
      };
    },
  };
}

/** Why a snapshot is copied that the target has no whole copy of. */
const LACKED: ReadonlySet<Step['reason']> = new Set(['new', 'gap', 'retry']);
