import { weekdayNamed } from './calendar-event.ts';
import { DAY_MINUTES, minuteOf, wallTimeAt, weekdayOf } from './zone.ts';

/**
 * A part of each week in local time, in minutes of the day: from `from` until before `to`, on the days on which it begins (0 is
 * Monday). One that ends at its beginning or before it, or after midnight, ends on the next day.
 */
export interface TimeFrame {
  readonly text: string;
  readonly weekdays: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** A moment as the clocks on a wall show it. */
export interface LocalTime {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Minutes since midnight. */
  readonly minute: number;
}

const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
const FRAME = /^(?:([a-z.,]+) +)?(\d{1,2}(?::\d{2})?) *- *(\d{1,2}(?::\d{2})?)$/i;
const SAID = 'write it as mon..fri 8:00-18:00';

/**
 * Reads PBS's `[weekdays] H[:MM] - H[:MM]` (facts/pbs.md 6.2). PBS can write no midnight: here a frame may end at 24, or on the next
 * day, `22-6`. What is wrong is said in words that follow the text.
 */
export function parseTimeFrame(text: string): TimeFrame | { readonly problem: string } {
  const [, days, begin, end] = FRAME.exec(text.trim()) ?? [];
  if (begin === undefined || end === undefined) return { problem: `is no time frame; ${SAID}` };
  const [from, to] = [parseTime(begin), parseTime(end)];
  if (from >= DAY_MINUTES || to > DAY_MINUTES) return { problem: `has a time that no day has; ${SAID}` };
  if (from === to) return { problem: 'ends when it begins; the whole day is 0-24' };
  const parsed = days === undefined ? ALL_DAYS : parseDays(days);
  if (parsed === undefined) return { problem: `has no weekdays before its time that are known; ${SAID}` };
  return { text, weekdays: parsed, from, to };
}

/** Minutes since midnight; Infinity for a minute that no hour has. */
function parseTime(text: string): number {
  const [hour, minute = 0] = text.split(':').map(Number);
  return minute > 59 ? Infinity : Number(hour) * 60 + minute;
}

/** `mon..fri,sun`, in any case, over the end of a week too. */
function parseDays(text: string): readonly number[] | undefined {
  const ranges = text.toLowerCase().split(',').map(parseDayRange);
  return ranges.includes(undefined) ? undefined : [...new Set(ranges.flatMap((range) => range ?? []))].sort((a, b) => a - b);
}

function parseDayRange(range: string): readonly number[] | undefined {
  const [first = -1, last = first, ...more] = range.split('..').map(weekdayNamed);
  if (first < 0 || last < 0 || more.length > 0) return undefined;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, n) => (first + n) % 7);
}

/** Whether the moment lies in the frame. */
export function isWithin({ weekdays, from, to }: TimeFrame, { weekday, minute }: LocalTime): boolean {
  if (from < to) return weekdays.includes(weekday) && minute >= from && minute < to;
  return (weekdays.includes(weekday) && minute >= from) || (weekdays.includes((weekday + 6) % 7) && minute < to);
}

/** What the clocks of an IANA time zone show at this epoch ms. */
export function localTime(date: number, timezone: string): LocalTime {
  const wall = wallTimeAt(date, timezone);
  return { weekday: weekdayOf(wall), minute: minuteOf(wall) };
}
