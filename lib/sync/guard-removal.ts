import { DataError } from '../errors.ts';
import type { Job, MaxDelete } from './job.ts';
import type { Removal } from './plan-removal.ts';

/** What a removal plan would do to the target, whose snapshots are those that the last good run left there. */
export interface RemovalFacts {
  readonly removals: readonly Removal[];
  readonly sourceSnapshots: number;
  /** Snapshots on the target that the job reaches. */
  readonly targetSnapshots: number;
}

/** Throws a `DataError` REMOVAL_REFUSED when the source has no snapshot at all, or lost more than `max-delete` allows. */
export function guardRemoval(
  { removals, sourceSnapshots, targetSnapshots }: RemovalFacts,
  { id, maxDelete }: Pick<Job, 'id' | 'maxDelete'>,
): void {
  const snapshots = removals.filter(({ kind }) => kind === 'snapshot').length;
  if (removals.length === 0) return;
  if (sourceSnapshots === 0) throw refused(id, 'the source has no snapshot at all: is it the right place?');
  if (snapshots <= mostOf(maxDelete, targetSnapshots)) return;
  const share = `${String(snapshots)} of the target's ${String(targetSnapshots)} snapshots are no longer on the source`;
  throw refused(id, `${share}, more than max-delete allows (${formatMaxDelete(maxDelete)})`);
}

function mostOf(maxDelete: MaxDelete, snapshots: number): number {
  return maxDelete.kind === 'count' ? maxDelete.count : maxDelete.share * snapshots;
}

function formatMaxDelete(maxDelete: MaxDelete): string {
  return maxDelete.kind === 'count' ? String(maxDelete.count) : `${String(Number((maxDelete.share * 100).toFixed(2)))}%`;
}

function refused(job: string, why: string): DataError {
  const message =
    `remove-vanished of job ${job} is refused and nothing was removed: ${why};` +
    ' look at the plan (flotilla plan), then repair the source, or run once with a higher max-delete';
  return new DataError('REMOVAL_REFUSED', message, { context: { job } });
}
