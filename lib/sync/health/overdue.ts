import { formatTime, nextTime, timesText, type Schedule } from '../../schedule/schedule.ts';
import type { OverdueTick } from '../event/tick-overdue.ts';
import { isAhead } from '../overlap/clocks.ts';
import type { TickRecord } from '../run-store.ts';
import type { Standing } from './health.ts';

/** A tick is overdue when no run has come for it so long after it was due, its jitter apart: a scheduler may be slow, and a deploy pauses it. */
export const OVERDUE_GRACE_MS = 3_600_000;

/** What is known of the ticks of one schedule: which are served (the table's record), and since when they are watched for. */
export interface KnownTicks {
  readonly served: TickRecord | undefined;
  /** Whether the run that served it last is gone without having ended. */
  readonly isLost?: boolean;
  readonly watched: NonNullable<Standing['watched']>[string] | undefined;
  /** When a run, though one that was started by hand, looked at all of the job last (ISO 8601): it made up for what was due before. */
  readonly asOf?: string | undefined;
}

/** The first tick that a run should have come for by now and none has, or none that ended; undefined: there is none, or it is not long enough ago. */
export function overdueTick(schedule: Schedule, known: KnownTicks, now: number): OverdueTick | undefined {
  const from = countedFrom(schedule, known, now);
  const due = from === undefined ? undefined : nextTime(schedule, from);
  if (due === undefined || now - due <= schedule.jitterMs + OVERDUE_GRACE_MS) return undefined;
  const { served, isLost } = known;
  const lost = isLost === true && served !== undefined && due === Date.parse(served.served) ? { lost: served.run } : {};
  return { schedule: schedule.name, due: formatTime(due), seconds: (now - due) / 1000, ...lost };
}

/** The time (epoch ms) up to which nothing is overdue; undefined: nothing is known of the schedule as it is. */
function countedFrom(schedule: Schedule, { served, watched, asOf, isLost }: KnownTicks, now: number): number | undefined {
  const times = timesText(schedule);
  const past = (time: string | undefined): number[] =>
    [Date.parse(time ?? '')].filter((at) => !Number.isNaN(at) && !isAhead(at, now));
  const known = [
    ...past(served?.times === times ? served.served : undefined).map((at) => (isLost === true ? at - 1 : at)),
    // A schedule of which nothing was ever served counts from when it was seen first, a suspended one from when it was so last.
    ...past(watched?.times === times ? watched.since : undefined),
  ];
  return known.length === 0 ? undefined : Math.max(...known, ...past(asOf));
}
