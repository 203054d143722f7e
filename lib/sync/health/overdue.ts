import { formatTime, nextTime, timesText, type Schedule } from '../../schedule/schedule.ts';
import type { TickRecord } from '../run-store.ts';
import type { JobHealth, Standing } from './health.ts';

/** A tick is overdue when no run has come for it so long after it was due, its jitter apart: a scheduler may be slow, and a deploy pauses it. */
export const OVERDUE_GRACE_MS = 3_600_000;

export type OverdueTick = JobHealth['overdue'][number];

/** What is known of the ticks of one schedule: which are served (the table's record), and since when they are watched for. */
export interface KnownTicks {
  readonly served: TickRecord | undefined;
  readonly watched: NonNullable<Standing['watched']>[string] | undefined;
}

/** The first tick that a run should have come for by now and none has; undefined: there is none, or it is not long enough ago. */
export function overdueTick(schedule: Schedule, { served, watched }: KnownTicks, now: number): OverdueTick | undefined {
  const times = timesText(schedule);
  const from = [
    ...(served?.times === times ? [Date.parse(served.served)] : []),
    // A schedule of which nothing was ever served counts from when it was seen first, a suspended one from when it was so last.
    ...(watched?.times === times ? [Date.parse(watched.since)] : []),
  ];
  if (from.length === 0) return undefined;
  const due = nextTime(schedule, Math.max(...from));
  if (due === undefined || now - due <= schedule.jitterMs + OVERDUE_GRACE_MS) return undefined;
  return { schedule: schedule.name, due: formatTime(due), seconds: (now - due) / 1000 };
}
