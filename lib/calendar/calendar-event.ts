/** Which numbers of one unit of time match, ascending; undefined: all of them. */
export type Field = readonly number[] | undefined;

/** PBS's calendar event, read: a moment matches when each of its parts does (facts/pbs.md 6.1). */
export interface CalendarEvent {
  readonly years: Field;
  /** 1 to 12. */
  readonly months: Field;
  /** 1 to 31. */
  readonly days: Field;
  /** 0 is Monday. */
  readonly weekdays: Field;
  readonly hours: Field;
  readonly minutes: Field;
  readonly seconds: Field;
  /** Whether the event itself says that it is in UTC, whatever zone is configured. */
  readonly utc: boolean;
  /** Times of the day outside of it do not match; undefined: all may. */
  readonly window?: DailyWindow | undefined;
}

/** A part of each day, in minutes since midnight, both ends included; one that ends before it begins goes over midnight. */
export interface DailyWindow {
  readonly from: number;
  readonly to: number;
}

/** Whether a minute of the day lies in the window; without one all do. */
export function isInWindow(minute: number, window: DailyWindow | undefined): boolean {
  if (window === undefined) return true;
  const { from, to } = window;
  return from <= to ? minute >= from && minute <= to : minute >= from || minute <= to;
}

/** What one unit of time may be, both ends included. */
export interface Bounds {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Years below 2200 are what PBS accepts (facts/pbs.md 6.1). */
export const BOUNDS = {
  years: { name: 'year', from: 0, to: 2199 },
  months: { name: 'month', from: 1, to: 12 },
  days: { name: 'day', from: 1, to: 31 },
  hours: { name: 'hour', from: 0, to: 23 },
  minutes: { name: 'minute', from: 0, to: 59 },
  seconds: { name: 'second', from: 0, to: 59 },
} as const satisfies Readonly<Record<string, Bounds>>;

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** `mon` or `monday` as its number, 0 is Monday; -1: no day has that name. */
export function weekdayNamed(name: string): number {
  return WEEKDAYS.findIndex((weekday) => weekday === name || weekday.slice(0, 3) === name);
}

/** Ascending numbers as rows without a gap, each by its first and last. */
export function rowsOf(values: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const rows: [first: number, last: number][] = [];
  for (const value of values) {
    const row = rows.at(-1);
    if (row !== undefined && row[1] === value - 1) row[1] = value;
    else rows.push([value, value]);
  }
  return rows;
}
