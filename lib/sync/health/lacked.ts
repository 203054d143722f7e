import type { GroupRecord } from '../report/group-record.ts';
import type { Outcome } from '../report/outcome.ts';
import type { BehindAt } from '../report/lag.ts';
import type { MissingSnapshots } from './missing.ts';

/** What a group lacks while its worker is at it: what was known before, until the worker has looked itself. */
export interface Lacked {
  /** By what was listed `at` (ISO 8601). */
  readonly look: (missing: MissingSnapshots, at: string) => void;
  end(outcome: Outcome): void;
  record(): Pick<GroupRecord, 'behind'>;
}

export function openLacked(known: BehindAt | undefined): Lacked {
  let seen: { readonly missing: MissingSnapshots; readonly at: string } | undefined;
  return {
    look: (missing, at) => void (seen = { missing, at }),
    end: (outcome) => {
      if (outcome.outcome === 'copied' || outcome.outcome === 'updated') seen?.missing.copied(outcome.snapshot);
      if (outcome.outcome === 'left-out' && outcome.skipped === 'vanished') seen?.missing.vanished(outcome.snapshot);
    },
    record: () => {
      const behind = seen?.missing.behind(seen.at) ?? known;
      return behind === undefined ? {} : { behind };
    },
  };
}
