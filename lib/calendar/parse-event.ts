import { BOUNDS, weekdayNamed, type Bounds, type CalendarEvent, type Field } from './calendar-event.ts';
import { Cursor, CalendarFault } from './cursor.ts';

/** A calendar event that was read, or what is wrong with it in words that follow it. */
export type ParsedEvent = { readonly event: CalendarEvent } | { readonly problem: string };

/** What the keywords stand for (facts/pbs.md 6.1). */
const KEYWORDS: Readonly<Record<string, string>> = {
  minutely: '*:*',
  hourly: '*:00',
  daily: '00:00',
  weekly: 'mon 00:00',
  monthly: '*-*-01 00:00',
  yearly: '*-01-01 00:00',
  annually: '*-01-01 00:00',
  quarterly: '*-01,04,07,10-01 00:00',
  semiannually: '*-01,07-01 00:00',
  'semi-annually': '*-01,07-01 00:00',
};

type DatePart = Pick<CalendarEvent, 'years' | 'months' | 'days'>;
type TimePart = Pick<CalendarEvent, 'hours' | 'minutes' | 'seconds'>;

const EVERY_DAY: DatePart = { years: undefined, months: undefined, days: undefined };
const MIDNIGHT: TimePart = { hours: [0], minutes: [0], seconds: [0] };

/** Reads a PBS calendar event: a keyword, or weekdays, a date and a time, of which one at least, and `UTC` (facts/pbs.md 6.1). */
export function parseEvent(text: string): ParsedEvent {
  if (text.trim() === '') return { problem: `is empty; ${SAID}` };
  if (text !== text.trim()) return { problem: `begins or ends with a blank; ${SAID}` };
  const [whole, zone] = splitZone(text);
  const keyword = Object.hasOwn(KEYWORDS, whole) ? KEYWORDS[whole] : undefined;
  try {
    return { event: { ...readEvent(new Cursor(keyword ?? whole)), utc: zone } };
  } catch (error) {
    if (error instanceof CalendarFault) return { problem: `${error.message}${hintOf(whole)}; ${SAID}` };
    throw error;
  }
}

const SAID = 'write it as PBS does: daily, 22:30, mon..fri 2:00, *:0/15 or 2025-*-01 04:00';

function splitZone(text: string): [whole: string, utc: boolean] {
  const match = /^(.*\S)\s+UTC$/.exec(text);
  return match?.[1] === undefined ? [text, false] : [match[1], true];
}

/** What people try from other calendars. */
function hintOf(text: string): string {
  if (/^[A-Za-z-]+$/.test(text) && Object.hasOwn(KEYWORDS, text.toLowerCase())) return ' (keywords are in lower case)';
  if (text.includes('~')) return ' (days from the end of a month, `~`, are not known to PBS)';
  if (/^\S+ \S+ \S+ \S+ \S+$/.test(text)) return ' (this looks like cron)';
  if (/\d(am|pm)\b/i.test(text)) return ' (hours go from 0 to 23)';
  return '';
}

function readEvent(cursor: Cursor): Omit<CalendarEvent, 'utc'> {
  const weekdays = readWeekdays(cursor);
  cursor.skipBlanks();
  if (cursor.isAtEnd()) return { ...EVERY_DAY, ...MIDNIGHT, weekdays };
  const first = readList(cursor);
  const date = cursor.peek() === '-' ? readDate(cursor, first) : undefined;
  if (date !== undefined) cursor.skipBlanks();
  const time = date === undefined ? readTime(cursor, first) : cursor.isAtEnd() ? MIDNIGHT : readTime(cursor, readList(cursor));
  cursor.expectEnd();
  return { ...(date ?? EVERY_DAY), ...time, weekdays };
}

/** One list as it is written; what it means depends on the place it turns out to have. */
interface List {
  readonly at: number;
  readonly items: readonly Item[];
}

interface Item {
  /** Undefined: `*`. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number | undefined;
}

function readList(cursor: Cursor): List {
  const at = cursor.position;
  const items = [readItem(cursor)];
  while (items[0]?.from !== undefined && cursor.take(',')) items.push(readItem(cursor));
  return { at, items };
}

function readItem(cursor: Cursor): Item {
  const star = cursor.take('*');
  const from = star ? undefined : cursor.number();
  const to = !star && cursor.take('..') ? cursor.number() : undefined;
  return { from, to, step: cursor.take('/') ? cursor.number() : undefined };
}

/** `year-month-day` or `month-day`. */
function readDate(cursor: Cursor, first: List): DatePart {
  cursor.expect('-');
  const second = readList(cursor);
  const third = cursor.take('-') ? readList(cursor) : undefined;
  const [years, months, days] = third === undefined ? [undefined, first, second] : [first, second, third];
  return {
    years: years === undefined ? undefined : expand(cursor, years, BOUNDS.years),
    months: expand(cursor, months, BOUNDS.months),
    days: expand(cursor, days, BOUNDS.days),
  };
}

/** `minute`, `hour:minute` or `hour:minute:second`. */
function readTime(cursor: Cursor, first: List): TimePart {
  if (!cursor.take(':')) return { hours: undefined, minutes: expand(cursor, first, BOUNDS.minutes), seconds: [0] };
  const minutes = expand(cursor, readList(cursor), BOUNDS.minutes);
  const seconds = cursor.take(':') ? expand(cursor, readList(cursor), BOUNDS.seconds) : [0];
  return { hours: expand(cursor, first, BOUNDS.hours), minutes, seconds };
}

function expand(cursor: Cursor, { at, items }: List, bounds: Bounds): Field {
  const matched = new Set<number>();
  for (const item of items) {
    if (item.from === undefined && item.step === undefined) return undefined;
    for (const value of valuesOf(item, bounds, (problem) => cursor.fault(problem, at))) matched.add(value);
  }
  return [...matched].sort((a, b) => a - b);
}

/** `N/0` is N alone; `N/K` goes on to the end of the unit. */
function valuesOf(item: Item, bounds: Bounds, fault: (problem: string) => CalendarFault): number[] {
  const start = item.from ?? bounds.from;
  const step = item.step === undefined || item.step === 0 ? undefined : item.step;
  const end = item.to ?? (step === undefined ? start : bounds.to);
  const outside = [start, end].find((value) => value < bounds.from || value > bounds.to);
  if (outside !== undefined) {
    throw fault(`has ${bounds.name} ${String(outside)}, which goes from ${String(bounds.from)} to ${String(bounds.to)}`);
  }
  if (start > end) throw fault(`has a range of ${bounds.name}s that ends before it begins, ${String(start)}..${String(end)}`);
  const by = step ?? 1;
  return Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, index) => start + index * by);
}

function readWeekdays(cursor: Cursor): Field {
  if (!cursor.startsWord()) return undefined;
  const days = new Set<number>();
  do {
    const from = readWeekday(cursor);
    const to = cursor.take('..') ? readWeekday(cursor) : from;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  } while (cursor.take(','));
  return [...days].sort((a, b) => a - b);
}

function readWeekday(cursor: Cursor): number {
  const at = cursor.position;
  const word = cursor.word();
  const day = weekdayNamed(word.toLowerCase());
  if (day < 0) throw cursor.fault(`has "${word}" where a weekday, a date or a time should be`, at);
  return day;
}
