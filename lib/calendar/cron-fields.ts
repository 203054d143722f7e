import { BOUNDS, rowsOf, type Bounds, type CalendarEvent, type Field } from './calendar-event.ts';

/** EventBridge Scheduler's limits: years 1970 to 2199, 256 characters an expression. */
export const FIRST_YEAR = 1970;
export const MAX_EXPRESSION_LENGTH = 256;

export type CronFields = Pick<CalendarEvent, 'minutes' | 'hours' | 'days' | 'months' | 'weekdays' | 'years'>;

/** EventBridge Scheduler's `cron(minutes hours day-of-month month day-of-week year)` (facts/aws.md 5.1). */
export function cronOf({ minutes, hours, days, months, weekdays, years }: CronFields): string {
  const day = weekdays === undefined ? cronField(days, BOUNDS.days) : '?';
  // EventBridge counts the days of the week from Sunday, which is 1.
  const week = weekdays === undefined ? '?' : cronField(ascending(weekdays.map((weekday) => ((weekday + 1) % 7) + 1)), WEEK);
  const [minute, hour] = [cronField(minutes, BOUNDS.minutes), cronField(hours, BOUNDS.hours)];
  return `cron(${minute} ${hour} ${day} ${cronField(months, BOUNDS.months)} ${week} ${cronField(years, YEARS)})`;
}

const WEEK: Bounds = { name: 'weekday', from: 1, to: 7 };
const YEARS: Bounds = { name: 'year', from: FIRST_YEAR, to: BOUNDS.years.to };

/** Numbers as `*`, or a list with rows as ranges. */
function cronField(field: Field, { from, to }: Bounds): string {
  if (field === undefined || field.length > to - from) return '*';
  return rowsOf(field)
    .map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`))
    .join(',');
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

type DayTimes = Pick<CronFields, 'hours' | 'minutes'>;

/** Times of a day, as few pairs of hours and minutes that name them together and no others. */
export function dayTimes(isTime: (hour: number, minute: number) => boolean): DayTimes[] {
  const byMinutes = new Map<string, { readonly hours: number[]; readonly minutes: readonly number[] }>();
  for (let hour = 0; hour < 24; hour++) {
    const minutes = Array.from({ length: 60 }, (_, minute) => minute).filter((minute) => isTime(hour, minute));
    const alike = byMinutes.get(minutes.join());
    if (alike !== undefined) alike.hours.push(hour);
    else if (minutes.length > 0) byMinutes.set(minutes.join(), { hours: [hour], minutes });
  }
  return [...byMinutes.values()];
}
