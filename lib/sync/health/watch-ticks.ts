import { timesText, type Schedule } from '../../schedule/schedule.ts';
import { tickOverdue } from '../event/tick-overdue.ts';
import { iso } from '../iso.ts';
import type { Job } from '../job.ts';
import type { JobHealth, Standing } from './health.ts';
import { isAhead } from '../overlap/clocks.ts';
import { changed } from './standing-after.ts';
import { withUntold } from './untold.ts';

/** A watch comes again within so long: until then a suspended schedule has no ticks to watch for. */
const WATCH_MS = 15 * 60_000;

type Watched = NonNullable<Standing['watched']>;

/** The standing with since when each schedule's ticks are watched for: from when it was first seen with these times, or last suspended. */
export function watchTicks(
  before: Standing | undefined,
  schedules: readonly Schedule[],
  { at, isSuspended }: { readonly at: number; readonly isSuspended: boolean },
): Standing | undefined {
  const known: Watched = before?.watched ?? {};
  const watched = Object.fromEntries(
    schedules.map((schedule) => [schedule.name, watchedAfter(known[schedule.name], timesText(schedule), { at, isSuspended })]),
  );
  return isSame(watched, known) ? before : changed(before, { watched }, iso(at));
}

/** The table keeps no order of names. */
function isSame(a: Watched, b: Watched): boolean {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  return (
    names.length === others.length &&
    names.every((name) => a[name]?.times === b[name]?.times && a[name]?.since === b[name]?.since)
  );
}

function watchedAfter(
  known: Watched[string] | undefined,
  times: string,
  { at, isSuspended }: { readonly at: number; readonly isSuspended: boolean },
): Watched[string] {
  if (known?.times !== times || isAhead(Date.parse(known.since), at)) return { times, since: iso(at) };
  // Not at every look: each change is a write.
  return isSuspended && Date.parse(known.since) <= at ? { times, since: iso(at + WATCH_MS) } : known;
}

/** The standing with the events that ticks are overdue, one for each tick. */
export function tellOverdue(before: Standing | undefined, job: Job, health: JobHealth): Standing | undefined {
  const told = before?.overdueTold ?? {};
  const fresh = health.overdue.filter(({ schedule, due }) => told[schedule] !== due);
  if (fresh.length === 0) return before;
  const events = fresh.map((tick) => tickOverdue(job, tick, health));
  const overdueTold = { ...told, ...Object.fromEntries(fresh.map(({ schedule, due }) => [schedule, due])) };
  return changed(before, { overdueTold, ...withUntold(before, events) }, health.at);
}
