import { DataError } from '../errors.ts';
import type { Job, MaxDelete } from './job.ts';
import type { Removal } from './plan-removal.ts';
import { formatCount, plural } from './report/words.ts';

/** What a removal plan would do, and what both sides had. All but `listed` count what the job reaches. */
export interface RemovalFacts {
  readonly removals: readonly Removal[];
  /** Snapshots on the source in whatever state, those that the job does not reach included. */
  readonly listed: number;
  /** Finished snapshots on the source. */
  readonly offered: number;
  /** What was `offered` at the last good run; undefined: none is known. */
  readonly held: number | undefined;
}

/**
 * Throws a `DataError` REMOVAL_REFUSED when the source has no snapshot at all, or lost more than `max-delete` allows of what it held
 * at the last good run: lost are the copies that would go, and what the source has less than then. Where no good run is known, it
 * held what it has and what would go.
 */
export function guardRemoval(facts: RemovalFacts, { id, maxDelete }: Pick<Job, 'id' | 'maxDelete'>): void {
  const { removals, listed, offered, held } = facts;
  if (removals.length === 0) return;
  if (listed === 0) throw refused(id, 'the source has no snapshot at all: is it the right place?');
  const going = removals.filter(({ kind }) => kind === 'snapshot').length;
  const basis = held ?? offered + going;
  const most = mostOf(maxDelete, basis);
  const limit = `more than max-delete allows (${describeLimit(maxDelete, basis, held === undefined)})`;
  if (going > most) throw refused(id, `${plural(going, 'snapshot')} of the target would go, ${limit}`);
  if (basis - offered > most) {
    throw refused(id, `the source has ${formatCount(basis - offered)} snapshots less than at the last good run, ${limit}`);
  }
}

function mostOf(maxDelete: MaxDelete, snapshots: number): number {
  if (maxDelete.kind === 'count') return maxDelete.count;
  // All of it is no limit: what gathered on the target before may be more than the source held.
  return maxDelete.share < 1 ? maxDelete.share * snapshots : Infinity;
}

function describeLimit(maxDelete: MaxDelete, basis: number, isGuess: boolean): string {
  if (maxDelete.kind === 'count') return String(maxDelete.count);
  const share = `${String(Number((maxDelete.share * 100).toFixed(2)))}%`;
  return isGuess
    ? `${share} of ${formatCount(basis)}, which are those on the source and those that would go, since no good run is known`
    : `${share} of the ${formatCount(basis)} that the source held at the last good run`;
}

function refused(job: string, why: string): DataError {
  const message =
    `remove-vanished of job ${job} is refused and nothing was removed: ${why};` +
    ' look at the plan (flotilla plan), then repair the source, or run once with a higher max-delete';
  return new DataError('REMOVAL_REFUSED', message, { context: { job } });
}
