import { isInWindow, type CalendarEvent, type Field } from './calendar-event.ts';
import { instantOf, wallTimeAt, weekdayOf, type WallTime } from './zone.ts';

const LAST_YEAR = 2199;

/**
 * The first moment strictly after `instant` (epoch milliseconds) that the event names in `zone` (IANA), or undefined when none is
 * left before 2200, as for February 30. A time that a day does not have falls on the next minute that exists, and one that comes
 * twice counts once, the first time.
 */
export function nextAfter(event: CalendarEvent, instant: number, zone: string): number | undefined {
  const place = event.utc ? 'UTC' : zone;
  let wall: WallTime | undefined = wallTimeAt(instant, place);
  for (;;) {
    wall = nextWallTime(event, wall);
    if (wall === undefined) return undefined;
    const found = instantOf(wall, place);
    if (found > instant) return found;
  }
}

/**
 * The last moment at `instant` or before it, and not before `from`, that the event names in `zone`: what comes next only rises with
 * the moment it is asked for, so halving finds the last one that it is still before.
 */
export function lastAt(event: CalendarEvent, instant: number, zone: string, from: number): number | undefined {
  const isDue = (after: number): boolean => (nextAfter(event, after, zone) ?? Infinity) <= instant;
  let [low, high] = [Math.floor(from / 1000) - 1, Math.floor(instant / 1000)];
  if (low >= high || !isDue(low * 1000)) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isDue(middle * 1000)) low = middle;
    else high = middle;
  }
  return nextAfter(event, low * 1000, zone);
}

/** Whether the event names `instant` in `zone`. */
export function isTime(event: CalendarEvent, instant: number, zone: string): boolean {
  return nextAfter(event, instant - 1000, zone) === instant;
}

/** Whether a clock that shows `wall` shows a time of the event. */
export function matchesWall(event: CalendarEvent, wall: WallTime): boolean {
  const date = new Date(wall);
  const second = (date.getUTCHours() * 60 + date.getUTCMinutes()) * 60 + date.getUTCSeconds();
  return isDay(event, date) && timeOfDay(event, second) === second;
}

function nextWallTime(event: CalendarEvent, after: WallTime): WallTime | undefined {
  const date = new Date(after + 1000);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const today = isDay(event, date) ? timeOfDay(event, (after + 1000 - midnight) / 1000) : undefined;
  if (today !== undefined) return midnight + today * 1000;
  const earliest = timeOfDay(event, 0);
  if (earliest === undefined) return undefined;
  const day = nextDay(event, date);
  return day === undefined ? undefined : day + earliest * 1000;
}

function matches(field: Field, value: number): boolean {
  return field === undefined || field.includes(value);
}

function isDay({ years, months, days, weekdays }: CalendarEvent, date: Date): boolean {
  return (
    matches(years, date.getUTCFullYear()) &&
    matches(months, date.getUTCMonth() + 1) &&
    matches(days, date.getUTCDate()) &&
    matches(weekdays, weekdayOf(date.getTime()))
  );
}

/** Midnight of the first matching day after `date`. Months that do not match are left behind whole. */
function nextDay(event: CalendarEvent, date: Date): WallTime | undefined {
  let day = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1));
  while (day.getUTCFullYear() <= LAST_YEAR) {
    if (isDay(event, day)) return day.getTime();
    day = new Date(Date.UTC(...(isMonth(event, day) ? tomorrow(day) : nextMonth(day))));
  }
  return undefined;
}

function isMonth({ years, months }: CalendarEvent, date: Date): boolean {
  return matches(years, date.getUTCFullYear()) && matches(months, date.getUTCMonth() + 1);
}

function tomorrow(date: Date): [number, number, number] {
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1];
}

function nextMonth(date: Date): [number, number, number] {
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, 1];
}

/** Seconds since midnight of the first match at `from` or after it. */
function timeOfDay({ hours, minutes, seconds, window }: CalendarEvent, from: number): number | undefined {
  for (let hour = Math.floor(from / 3600); hour < 24; hour++) {
    if (!matches(hours, hour)) continue;
    const isOpen = (minute: number): boolean => matches(minutes, minute) && isInWindow(hour * 60 + minute, window);
    const found = timeOfHour(isOpen, seconds, Math.max(from - hour * 3600, 0));
    if (found !== undefined) return hour * 3600 + found;
  }
  return undefined;
}

function timeOfHour(isOpen: (minute: number) => boolean, seconds: Field, from: number): number | undefined {
  for (let minute = Math.floor(from / 60); minute < 60; minute++) {
    if (!isOpen(minute)) continue;
    const start = Math.max(from - minute * 60, 0);
    const second = seconds === undefined ? start : seconds.find((value) => value >= start);
    if (second !== undefined && second < 60) return minute * 60 + second;
  }
  return undefined;
}
