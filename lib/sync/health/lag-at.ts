import { unlessAhead } from '../overlap/clocks.ts';
import { secondsSince, UNSEEN, type Behind, type Lag } from '../report/lag.ts';
import type { Standing } from './health.ts';

/** When a job's two sides were looked at. */
export type Looks = Pick<Standing, 'asOf' | 'blindSince'>;

/**
 * How far a job's copy is behind `now` (epoch milliseconds), by what its groups lack. While nobody can look, what was copied at the last
 * look is all that is certain: the lag is no greater than the time since then, or since the oldest snapshot that was missing then. Where
 * no run has ever seen all, it is no less than what those that saw a part have found missing.
 */
export function lagAt(looks: Looks | undefined, groups: Iterable<Behind>, now: number): Lag {
  const sum = sumUp(groups);
  const asOf = unlessAhead(looks?.asOf, now);
  if (asOf === undefined) return { ...UNSEEN, ...sum, ...(sum.since !== undefined && { seconds: secondsSince(sum.since, now) }) };
  const isBlind = looks?.blindSince !== undefined;
  const from = earliest(sum.since, isBlind ? asOf : undefined);
  return { state: isBlind ? 'unknown' : sum.missing > 0 ? 'behind' : 'current', seconds: secondsSince(from, now), ...sum, asOf };
}

function sumUp(all: Iterable<Behind>): Pick<Lag, 'missing' | 'groups' | 'since' | 'newest'> {
  let [missing, groups] = [0, 0];
  let since: string | undefined;
  let newest: string | undefined;
  for (const behind of all) {
    missing += behind.missing;
    groups += behind.missing > 0 ? 1 : 0;
    since = earliest(since, behind.since);
    if ((behind.newest ?? '') > (newest ?? '')) newest = behind.newest;
  }
  return { missing, groups, ...(since !== undefined && { since }), ...(newest !== undefined && { newest }) };
}

/** ISO 8601 in UTC, of the same precision, orders as text. */
function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
