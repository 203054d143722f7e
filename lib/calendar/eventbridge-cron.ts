import { isInWindow, type CalendarEvent } from './calendar-event.ts';
import { cronOf, dayTimes, FIRST_YEAR, MAX_EXPRESSION_LENGTH, type CronFields } from './cron-fields.ts';
import { findGaps, type Gap } from './gaps.ts';
import { matchesWall } from './next-after.ts';
import { weekdayOf } from './zone.ts';

/**
 * Times as EventBridge Scheduler's expressions, which fire together at each of them; when they are not `exact` they fire at other
 * times as well, and who is started decides whether this is one.
 */
export interface CronPlan {
  readonly expressions: readonly string[];
  readonly zone: string;
  readonly exact: boolean;
}

/** Says which expressions start `event` in `zone` from `now` (epoch milliseconds) on, or why EventBridge cannot. */
export function planCron(event: CalendarEvent, zone: string, now: number): CronPlan | { readonly problem: string } {
  const { seconds, years } = event;
  if (seconds?.length !== 1 || seconds[0] !== 0) {
    return { problem: 'names seconds, but EventBridge starts at whole minutes: leave them out' };
  }
  const place = event.utc ? 'UTC' : zone;
  const kept = years?.filter((year) => year >= FIRST_YEAR);
  if (kept?.length === 0) return { problem: `names no year from ${String(FIRST_YEAR)} on` };
  const crons = timesOf(event).map((times) => dayCron({ ...event, ...times, years: kept }));
  const gaps = gapCrons(event, place, now);
  const expressions = [...new Set([...crons.map(({ cron }) => cron), ...gaps])];
  return { expressions, zone: place, exact: gaps.length === 0 && crons.every(({ exact }) => exact) };
}

/** A window takes some minutes of some hours away: then there is an expression for each set of minutes. */
function timesOf({ hours, minutes, window }: CalendarEvent): Pick<CronFields, 'hours' | 'minutes'>[] {
  if (window === undefined) return [{ hours, minutes }];
  const matches = (field: readonly number[] | undefined, value: number): boolean => field?.includes(value) ?? true;
  return dayTimes((hour, minute) => matches(hours, hour) && matches(minutes, minute) && isInWindow(hour * 60 + minute, window));
}

/** The expression that fires at all times of the event, and whether at no others. */
function dayCron(event: CronFields): { readonly cron: string; readonly exact: boolean } {
  const { days, weekdays } = event;
  // EventBridge takes a day of the month or a day of the week: the other is left to who is started.
  const both = days !== undefined && weekdays !== undefined;
  const full = cronOf({ ...event, days: both ? undefined : days });
  if (full.length <= MAX_EXPRESSION_LENGTH) return { cron: full, exact: !both };
  return { cron: cronOf({ ...event, days: both ? undefined : days, years: undefined }), exact: false };
}

/**
 * EventBridge skips a time that a day does not have, where this calendar takes the next minute that exists: so there is an expression
 * for that minute, on the days of the week and in the months in which clocks jump.
 */
function gapCrons(event: CalendarEvent, zone: string, now: number): string[] {
  const jumps = findGaps(zone, now).filter((gap) => isLost(event, gap));
  return jumps.map(({ to }) => {
    const end = new Date(to);
    return cronOf({
      ...{ minutes: [end.getUTCMinutes()], hours: [end.getUTCHours()], days: undefined, years: undefined },
      ...{ months: [end.getUTCMonth() + 1], weekdays: [weekdayOf(to)] },
    });
  });
}

/** Whether a time of the event lies in the gap, and the minute after the gap is none of its own. */
function isLost(event: CalendarEvent, { from, to }: Gap): boolean {
  if (matchesWall(event, to)) return false;
  for (let wall = from; wall < to; wall += 60_000) if (matchesWall(event, wall)) return true;
  return false;
}
