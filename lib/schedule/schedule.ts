import type { CalendarEvent, DailyWindow } from '../calendar/calendar-event.ts';
import { isMultiple, lastMultiple, nextMultiple } from '../calendar/interval.ts';
import { isTime as namesTime, lastAt, nextAfter } from '../calendar/next-after.ts';
import { DAY_MINUTES, minuteOfDay, wallTimeAt } from '../calendar/zone.ts';

/** When a job starts by itself, and with which overrides. Times are epoch milliseconds, at whole minutes. */
export interface Schedule {
  /** Unique in its job. */
  readonly name: string;
  /** As the configuration says it: `mon..fri 22:30`, or `every 2h`. */
  readonly text: string;
  readonly times: Times;
  /** IANA name. */
  readonly timezone: string;
  /** Starts may come so much later than their time, so that jobs do not start together. */
  readonly jitterMs: number;
  /** Times outside of it are no times of the schedule. */
  readonly window: DailyWindow | undefined;
  /** Options for the runs that it starts, by their keys in PBS spelling. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

export type Times =
  { readonly kind: 'calendar'; readonly event: CalendarEvent } | { readonly kind: 'interval'; readonly everyMs: number };

/** The first time strictly after `after`; undefined: there is none left. */
export function nextTime({ times, timezone, window }: Schedule, after: number): number | undefined {
  return times.kind === 'calendar'
    ? nextAfter(times.event, after, timezone)
    : nextMultiple({ everyMs: times.everyMs, window }, after, timezone);
}

/** The next `count` times, fewer when there are no more. */
export function nextTimes(schedule: Schedule, after: number, count: number): readonly number[] {
  const times: number[] = [];
  for (let time = nextTime(schedule, after); time !== undefined && times.length < count; time = nextTime(schedule, time)) {
    times.push(time);
  }
  return times;
}

/** Whether `time` is one of the schedule's. */
export function isTime({ times, timezone, window }: Schedule, time: number): boolean {
  return times.kind === 'calendar'
    ? namesTime(times.event, time, timezone)
    : isMultiple({ everyMs: times.everyMs, window }, time, timezone);
}

/** The last time at `notAfter` or before it; undefined: there was none since 1970. */
export function lastTime({ times, timezone, window }: Schedule, notAfter: number): number | undefined {
  if (times.kind === 'interval') return lastMultiple({ everyMs: times.everyMs, window }, notAfter, timezone);
  return lastAt(times.event, notAfter, timezone, 0);
}

/** Whether the calendar can not tell both times apart, as when clocks are put back. */
export function readsAlike(schedule: Schedule, time: number, other: number): boolean {
  const zone = zoneOf(schedule);
  return schedule.times.kind === 'calendar' && wallTimeAt(time, zone) === wallTimeAt(other, zone);
}

function zoneOf({ times, timezone }: Schedule): string {
  return times.kind === 'calendar' && times.event.utc ? 'UTC' : timezone;
}

/** When the window in which `time` lies is over; undefined: there is no window. */
export function closesAt(schedule: Schedule, time: number): number | undefined {
  const { window } = schedule;
  if (window === undefined) return undefined;
  const minutes = (window.to - minuteOfDay(time, zoneOf(schedule)) + DAY_MINUTES) % DAY_MINUTES;
  return time + (minutes + 1) * 60_000;
}

/** What makes two schedules name the same times: what was missed is counted only while this stays as it was. */
export function timesText({ text, timezone, window }: Schedule): string {
  return [text, timezone, ...(window === undefined ? [] : [`${formatClock(window.from)}-${formatClock(window.to)}`])].join(' ');
}

/** `22:30`, of minutes since midnight. */
export function formatClock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The overrides of an execution that serves `time`: EventBridge's own words for it, or epoch milliseconds. */
export function tickInput({ name, overrides }: Schedule, time: number | string): Readonly<Record<string, unknown>> {
  return { ...overrides, 'scheduled-time': typeof time === 'string' ? time : formatTime(time), 'schedule-name': name };
}

/** As EventBridge Scheduler writes a time: ISO 8601 in UTC, without milliseconds. */
export function formatTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
