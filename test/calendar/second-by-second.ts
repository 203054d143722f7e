import fc from 'fast-check';

/** An event as the model knows it: predicates on what a wall clock shows, in UTC or in the zone that is configured. */
export interface Spec {
  readonly utc: boolean;
  readonly weekday: (weekday: number) => boolean;
  readonly date: (year: number, month: number, day: number) => boolean;
  readonly hours: (hour: number) => boolean;
  readonly minutes: (minute: number) => boolean;
  readonly seconds: (second: number) => boolean;
}

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const two = (value: number): string => String(value).padStart(2, '0');

interface Part {
  readonly text: string;
  readonly holds: (value: number) => boolean;
}

const part = (below: number): fc.Arbitrary<Part> => {
  const value = fc.integer({ min: 0, max: below - 1 });
  return fc.oneof(
    fc.constant({ text: '*', holds: () => true }),
    fc.integer({ min: 1, max: 25 }).map((step) => ({ text: `*/${step}`, holds: (x: number) => x % step === 0 })),
    value.map((one) => ({ text: String(one), holds: (x: number) => x === one })),
    fc.tuple(value, value).map(([a, b]) => ({ text: `${two(a)},${b}`, holds: (x: number) => x === a || x === b })),
    fc.tuple(value, value, fc.integer({ min: 1, max: 7 })).map(([a, b, step]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return { text: `${from}..${to}/${step}`, holds: (x: number) => x >= from && x <= to && (x - from) % step === 0 };
    }),
  );
};

const weekday = fc.integer({ min: 0, max: 6 });
const everyDay: Part = { text: '', holds: () => true };

/** `mon,fri` or `fri..mon`, which goes over the end of the week. */
const weekdays: fc.Arbitrary<Part> = fc.oneof(
  fc.constant(everyDay),
  fc.uniqueArray(weekday, { minLength: 1, maxLength: 5 }).map((days) => ({
    text: days.map((day) => NAMES[day]).join(','),
    holds: (x: number) => days.includes(x),
  })),
  fc.tuple(weekday, weekday).map(([from, to]) => ({
    text: `${NAMES[from]}..${NAMES[to]}`,
    holds: (x: number) => (x - from + 7) % 7 <= (to - from + 7) % 7,
  })),
);

/** Parts of dates that name many of the days that are looked at, and not all. */
const years = fc.constantFrom<Part[]>(
  { text: '*', holds: () => true },
  { text: '2026', holds: (year) => year === 2026 },
  { text: '2020..2026/2', holds: (year) => year >= 2020 && year <= 2026 && year % 2 === 0 },
);
const months = fc.constantFrom<Part[]>(
  { text: '*', holds: () => true },
  { text: '2..4', holds: (month) => month >= 2 && month <= 4 },
  { text: '10,11', holds: (month) => month === 10 || month === 11 },
  { text: '2/1', holds: (month) => month >= 2 },
);
const days = fc.constantFrom<Part[]>(
  { text: '*', holds: () => true },
  { text: '1..8', holds: (day) => day <= 8 },
  { text: '25..31', holds: (day) => day >= 25 },
  { text: '1/4', holds: (day) => day % 4 === 1 },
  { text: '28,29', holds: (day) => day === 28 || day === 29 },
);

interface DatePart {
  readonly text: string;
  readonly holds: Spec['date'];
}

/** `2026-10-25` or `10-25`, each part as above; none: every day. */
const dates: fc.Arbitrary<DatePart> = fc.oneof(
  fc.constant({ text: '', holds: () => true }),
  fc.tuple(fc.option(years, { nil: undefined }), months, days).map(([year, month, day]) => ({
    text: [...(year === undefined ? [] : [year.text]), month.text, day.text].join('-'),
    holds: (y: number, m: number, d: number) => (year?.holds(y) ?? true) && month.holds(m) && day.holds(d),
  })),
);

const lateSeconds: fc.Arbitrary<Part | undefined> = fc.option(part(60), { nil: undefined });

/** Events as text, with what they mean. */
export const spelledEvents: fc.Arbitrary<{ text: string; spec: Spec }> = fc
  .tuple(fc.tuple(weekdays, dates), part(24), part(60), lateSeconds, fc.boolean())
  .map(([[week, date], hour, minute, second, utc]) => {
    const time = [hour.text, minute.text, ...(second === undefined ? [] : [second.text])].join(':');
    return {
      text: [week.text, date.text, time, utc ? 'UTC' : ''].filter((each) => each !== '').join(' '),
      spec: {
        ...{ utc, weekday: week.holds, date: date.holds, hours: hour.holds, minutes: minute.holds },
        seconds: second?.holds ?? ((value: number) => value === 0),
      },
    };
  });

interface Reading {
  readonly stamp: string;
  /** The same reading, as if it were in UTC. */
  readonly wall: Date;
}

/** What a clock shows, by the runtime's own formatter: asked once a minute, since no zone of today is off by seconds. */
function clock(zone: string): (instant: number) => Reading {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  let known: { readonly minute: number; readonly stamp: string } | undefined;
  return (instant) => {
    const minute = Math.floor(instant / 60_000);
    if (known?.minute !== minute) known = { minute, stamp: readMinute(format, minute * 60_000) };
    const stamp = `${known.stamp}:${two((instant / 1000) % 60)}`;
    return { stamp, wall: new Date(`${stamp}Z`) };
  };
}

function readMinute(format: Intl.DateTimeFormat, instant: number): string {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${get('year')}-${get('month')}-${get('day')}T${get('hour')}:${get('minute')}`;
}

function holds({ weekday, date, hours, minutes, seconds }: Spec, wall: Date): boolean {
  const isDay = weekday(wall.getUTCDay()) && date(wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate());
  return isDay && hours(wall.getUTCHours()) && minutes(wall.getUTCMinutes()) && seconds(wall.getUTCSeconds());
}

/**
 * Walks second by second from an hour before: a reading that was seen before does not count again, and readings that the clocks left
 * out count at the first second after them. The first that counts within (after, until].
 */
export function matchesBySecond(spec: Spec, zone: string, after: number, until: number): number | undefined {
  const read = clock(spec.utc ? 'UTC' : zone);
  let highest = '';
  let previous: number | undefined;
  for (let instant = after - 3600 * 1000; instant <= until; instant += 1000) {
    const { stamp, wall } = read(instant);
    const isNew = stamp > highest;
    let counts = isNew && holds(spec, wall);
    for (let gone = (previous ?? wall.getTime()) + 1000; gone < wall.getTime() && !counts; gone += 1000) {
      counts = holds(spec, new Date(gone));
    }
    if (isNew) [highest, previous] = [stamp, wall.getTime()];
    if (counts && instant > after) return instant;
  }
  return undefined;
}
