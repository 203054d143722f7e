import { timesText, type Schedule } from '../../schedule/schedule.ts';
import { tickOverdue } from '../event/tick-overdue.ts';
import { iso } from '../iso.ts';
import type { Job } from '../job.ts';
import type { JobHealth, Standing } from './health.ts';
import { changed } from './standing-after.ts';

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
  const isSame = JSON.stringify(watched) === JSON.stringify(known);
  return isSame ? before : changed(before, { watched }, iso(at));
}

function watchedAfter(
  known: Watched[string] | undefined,
  times: string,
  { at, isSuspended }: { readonly at: number; readonly isSuspended: boolean },
): Watched[string] {
  if (known?.times !== times) return { times, since: iso(at) };
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
  return changed(before, { overdueTold, untold: [...(before?.untold ?? []), ...events] }, health.at);
}
