import fc from 'fast-check';

/** An event as the model knows it: predicates on what a wall clock shows. */
export interface Spec {
  readonly weekdays: readonly number[] | undefined;
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

const weekdays = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 }), { nil: undefined });
const lateSeconds: fc.Arbitrary<Part | undefined> = fc.option(part(60), { nil: undefined });

/** Events as text, with what they mean. */
export const spelledEvents: fc.Arbitrary<{ text: string; spec: Spec }> = fc
  .tuple(weekdays, part(24), part(60), lateSeconds)
  .map(([days, hour, minute, second]) => ({
    text: [
      ...(days === undefined ? [] : [days.map((day) => NAMES[day]).join(',')]),
      [hour.text, minute.text, ...(second === undefined ? [] : [second.text])].join(':'),
    ].join(' '),
    spec: {
      weekdays: days,
      hours: hour.holds,
      minutes: minute.holds,
      seconds: second?.holds ?? ((value: number) => value === 0),
    },
  }));

interface Reading {
  readonly stamp: string;
  readonly day: number;
  readonly h: number;
  readonly m: number;
  readonly s: number;
}

/** What a clock shows, by the runtime's own formatter: asked once a minute, since no zone of today is off by seconds. */
function clock(format: Intl.DateTimeFormat): (instant: number) => Reading {
  let known: { readonly minute: number; readonly stamp: string; readonly day: number; readonly h: number; readonly m: number };
  return (instant) => {
    const minute = Math.floor(instant / 60_000);
    if ((known as typeof known | undefined)?.minute !== minute) known = { minute, ...readMinute(format, minute * 60_000) };
    const s = (instant / 1000) % 60;
    return { ...known, stamp: `${known.stamp}:${two(s)}`, s };
  };
}

function readMinute(format: Intl.DateTimeFormat, instant: number): Omit<Reading, 's'> {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const date = `${get('year')}-${get('month')}-${get('day')}`;
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  const [h, m] = [Number(get('hour')), Number(get('minute'))];
  return { stamp: `${date} ${two(h)}:${two(m)}`, day, h, m };
}

/**
 * Walks second by second from a day before: a reading that was seen before does not count again, and readings that the clocks left
 * out count at the first second after them. The first that counts within (after, until].
 */
export function matchesBySecond(spec: Spec, zone: string, after: number, until: number): number | undefined {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  const read = clock(format);
  const holds = (day: number, h: number, m: number, s: number): boolean =>
    (spec.weekdays === undefined || spec.weekdays.includes(day)) && spec.hours(h) && spec.minutes(m) && spec.seconds(s);
  let highest = '';
  let previous: number | undefined;
  for (let instant = after - 3600 * 1000; instant <= until; instant += 1000) {
    const { stamp, day, h, m, s } = read(instant);
    const wall = Date.parse(`${stamp.replace(' ', 'T')}Z`);
    const isNew = stamp > highest;
    let counts = isNew && holds(day, h, m, s);
    for (let skipped = (previous ?? wall) + 1000; skipped < wall && !counts; skipped += 1000) {
      const gone = new Date(skipped);
      counts = holds(gone.getUTCDay(), gone.getUTCHours(), gone.getUTCMinutes(), gone.getUTCSeconds());
    }
    if (isNew) [highest, previous] = [stamp, wall];
    if (counts && instant > after) return instant;
  }
  return undefined;
}
