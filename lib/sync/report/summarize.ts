import type { RunSummary } from '../run-store.ts';
import type { Report } from './report.ts';

/** What a run's record says of its report. */
export function summarize({ seconds, snapshots, removed, tally, groups, failureCount, lag }: Report): RunSummary {
  return {
    ...{ seconds, ...snapshots, removed: removed?.snapshots ?? 0, bytes: tally.bytes, chunks: tally.chunks },
    ...{ groupsOk: groups.ok, groupsErrors: groups.errors, groupsUnfinished: groups.unfinished },
    ...{ failureCount, missing: lag?.missing ?? 0 },
    ...(lag?.seconds !== undefined && { lagSeconds: lag.seconds }),
  };
}
