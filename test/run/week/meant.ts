import { DAY_MS, FROM, HOUR_MS, MINUTE_MS, UNTIL } from './scene.ts';

/** What a schedule of the week means, said once more and in another way; epoch milliseconds. */
export interface Meant {
  readonly times: readonly number[];
  /** When a start for this time comes too late; undefined: never. */
  readonly tooLate: (time: number) => number | undefined;
}

/** All times of these schedules are at a quarter of an hour. */
const QUARTERS = Array.from(
  { length: (14 * DAY_MS) / (15 * MINUTE_MS) },
  (_, index) => FROM - 4 * DAY_MS + index * 15 * MINUTE_MS,
);

const berlin = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Europe/Berlin', weekday: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
});
const SHOWN = new Map(QUARTERS.map((time) => [time, berlin.format(time)]));

/** Times at which a clock in Berlin shows this, for the first time on its day. */
function shows(pattern: RegExp): readonly number[] {
  return QUARTERS.filter((time) => {
    const shown = SHOWN.get(time) ?? '';
    return pattern.test(shown) && SHOWN.get(time - HOUR_MS) !== shown;
  });
}

/** The window is over at 6:01, and a start may come 10 minutes later by its jitter, and 15 for the scheduler. */
const CLOSES = [...shows(/06:00$/)].map((time) => time + 26 * MINUTE_MS);
const windowOver = (time: number): number | undefined => CLOSES.find((closes) => closes > time);

/** By job and name of the schedule. */
export const MEANT: Readonly<Record<string, Meant>> = {
  'often main': { times: QUARTERS.filter((time) => time % (9 * HOUR_MS) === 0), tooLate: () => undefined },
  'often threads': { times: shows(/^(Wed|Sun).*02:30$/), tooLate: () => undefined },
  'nightly main': { times: shows(/^(Mon|Tue|Wed|Thu|Fri).*22:30$/), tooLate: windowOver },
  'nightly again': { times: shows(/(21|00|03):15$/), tooLate: windowOver },
};

/** How many ticks the week has. */
export const TICKS = Object.values(MEANT).reduce(
  (sum, { times }) => sum + times.filter((time) => time >= FROM && time < UNTIL).length,
  0,
);
