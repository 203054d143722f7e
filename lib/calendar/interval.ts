import { isInWindow, type DailyWindow } from './calendar-event.ts';
import { cronOf, dayTimes } from './cron-fields.ts';
import type { CronPlan } from './eventbridge-cron.ts';
import { DAY_MINUTES, minuteOfDay } from './zone.ts';

/** Each multiple of `everyMs`, whole minutes, since 1970-01-01T00:00Z, which the wall clock shows within `window`. */
export interface Interval {
  readonly everyMs: number;
  readonly window?: DailyWindow | undefined;
}

const MINUTE_MS = 60_000;

/** Multiples come by all times of a day within so many steps, and whole days by both times of a year. */
const MAX_STEPS = DAY_MINUTES + 366;

/** The first time strictly after `instant` (epoch milliseconds), or undefined when the window lets none through. */
export function nextMultiple(interval: Interval, instant: number, zone: string): number | undefined {
  const { everyMs } = interval;
  return firstOpen(interval, Math.floor(instant / everyMs) * everyMs + everyMs, everyMs, zone);
}

/** The last time at `instant` or before it. */
export function lastMultiple(interval: Interval, instant: number, zone: string): number | undefined {
  const { everyMs } = interval;
  return firstOpen(interval, Math.floor(instant / everyMs) * everyMs, -everyMs, zone);
}

/** Whether `time` is one of the interval's. */
export function isMultiple({ everyMs, window }: Interval, time: number, zone: string): boolean {
  return time % everyMs === 0 && isInWindow(minuteOfDay(time, zone), window);
}

function firstOpen({ window }: Interval, start: number, step: number, zone: string): number | undefined {
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const time = start + steps * step;
    if (isInWindow(minuteOfDay(time, zone), window)) return time;
  }
  return undefined;
}

/** Expressions in UTC; where the interval does not divide the day they fire at the times of a shorter one that does. */
export function planIntervalCron({ everyMs, window }: Interval, zone: string): CronPlan {
  const every = everyMs / MINUTE_MS;
  const fires = gcd(every, DAY_MINUTES);
  const mayStart = (minute: number): boolean => zone !== 'UTC' || isInWindow(minute, window);
  const times = dayTimes((hour, minute) => (hour * 60 + minute) % fires === 0 && mayStart(hour * 60 + minute));
  const all = { days: undefined, months: undefined, weekdays: undefined, years: undefined };
  const expressions = times.map((each) => cronOf({ ...all, ...each }));
  return { expressions, zone: 'UTC', exact: fires === every && (window === undefined || zone === 'UTC') };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
