import { BOUNDS, rowsOf, WEEKDAYS, type Bounds, type CalendarEvent, type Field } from './calendar-event.ts';

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** The event in words, `Monday to Friday at 22:30`; the zone is told when it is the event's own. */
export function describeEvent(event: CalendarEvent): string {
  const parts = [timeWords(event), dayWords(event), monthWords(event), yearWords(event)].filter((part) => part !== '');
  return `${parts.join(' ')}${event.utc ? ' (UTC)' : ''}`;
}

/** Times of a day are named one by one up to here. */
const MAX_NAMED = 6;

function timeWords({ hours, minutes, seconds }: CalendarEvent): string {
  const times = timesOf(hours, minutes, seconds);
  if (times !== undefined) return `at ${listed(times)}`;
  const second = isZero(seconds) ? '' : `${every(seconds, BOUNDS.seconds)} of `;
  if (hours === undefined && second === '' && isZero(minutes)) return 'every hour';
  const within = hours === undefined ? '' : ` during the ${plural('hour', hours)} ${spans(hours, BOUNDS.hours, two)}`;
  return `${second}${every(minutes, BOUNDS.minutes)}${within}`;
}

/** The times of a day, when they are few enough to be named. */
function timesOf(hours: Field, minutes: Field, seconds: Field): string[] | undefined {
  if (hours === undefined || minutes === undefined || seconds?.length !== 1) return undefined;
  if (hours.length * minutes.length > MAX_NAMED) return undefined;
  return hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute, seconds[0] ?? 0)));
}

function isZero(field: Field): boolean {
  return field?.length === 1 && field[0] === 0;
}

/** `every minute`, `every 15 minutes`, `minutes 05 and 20`. */
function every(field: Field, bounds: Bounds): string {
  if (field === undefined) return `every ${bounds.name}`;
  const step = stepOf(field, bounds);
  return step === undefined
    ? `${plural(bounds.name, field)} ${spans(field, bounds, two)}`
    : `every ${String(step)} ${bounds.name}s`;
}

function dayWords({ weekdays, days }: CalendarEvent): string {
  const week = weekdays === undefined || weekdays.length === 7 ? '' : `on ${spans(weekdays, { from: 0, to: 6 }, weekdayName)}`;
  const month = days === undefined ? '' : `on ${plural('day', days)} ${spans(days, BOUNDS.days, String)}`;
  if (week === '' || month === '') return `${week}${month}`;
  return `${week} if that is ${month.slice(3)}`;
}

function monthWords({ months, days }: CalendarEvent): string {
  if (months === undefined) return days === undefined ? '' : 'of each month';
  return `${days === undefined ? 'in' : 'of'} ${spans(months, BOUNDS.months, (month) => MONTHS[month - 1] ?? '')}`;
}

function yearWords({ years }: CalendarEvent): string {
  return years === undefined ? '' : `in ${spans(years, BOUNDS.years, String)}`;
}

function weekdayName(day: number): string {
  const name = WEEKDAYS[day] ?? '';
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

/** The step of a field that goes through the whole unit evenly, beginning with its first number. */
function stepOf(field: readonly number[], { from, to }: Bounds): number | undefined {
  const [first, second] = field;
  if (first !== from || second === undefined) return undefined;
  const step = second - first;
  const whole = Math.floor((to - from) / step) + 1;
  const isEven = field.every((value, index) => value === from + index * step);
  return isEven && field.length === whole && (to - from + 1) % step === 0 ? step : undefined;
}

/** Numbers in a row as `a to b`, the others one by one. */
function spans(field: readonly number[], { from, to }: Pick<Bounds, 'from' | 'to'>, name: (value: number) => string): string {
  const rows = rowsOf(field);
  if (rows.length === 1 && rows[0]?.[0] === from && rows[0][1] === to) return `${name(from)} to ${name(to)}`;
  return listed(
    rows.flatMap(([first, last]) => {
      if (last - first > 1) return [`${name(first)} to ${name(last)}`];
      return last === first ? [name(first)] : [name(first), name(last)];
    }),
  );
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function plural(word: string, field: readonly number[]): string {
  return field.length === 1 ? word : `${word}s`;
}

function clock(hour: number, minute: number, second: number): string {
  return `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
