const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MINUTE_MS = 60_000;
export const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * MINUTE_MS;

/** A time as clocks on a wall show it: the epoch milliseconds that the same reading would have in UTC. */
export type WallTime = number;

/** Whether the runtime knows this time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in `zone` shows at `instant` (epoch milliseconds), to the second. */
export function wallTimeAt(instant: number, zone: string): WallTime {
  if (zone === 'UTC') return Math.floor(instant / 1000) * 1000;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * When clocks in `zone` show `wall`: the first time, when they show it twice; when they never do, the next minute that exists.
 * Epoch milliseconds.
 */
export function instantOf(wall: WallTime, zone: string): number {
  if (zone === 'UTC') return wall;
  // No zone is further than a day from UTC, nor changes twice within two days.
  const before = wall - (wallTimeAt(wall - DAY_MS, zone) - (wall - DAY_MS));
  const after = wall - (wallTimeAt(wall + DAY_MS, zone) - (wall + DAY_MS));
  const first = Math.min(before, after);
  if (wallTimeAt(first, zone) === wall) return first;
  const last = Math.max(before, after);
  return wallTimeAt(last, zone) === wall ? last : changeWithin(first, last, zone);
}

/** The moment within (from, to] at which the zone's clocks change, of which there is one. */
export function changeWithin(from: number, to: number, zone: string): number {
  const offset = (instant: number): number => wallTimeAt(instant, zone) - instant;
  const earlier = offset(from);
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle) === earlier) low = middle;
    else high = middle;
  }
  return high;
}

/** The clock's minute at `instant` (epoch milliseconds) in `zone`, since midnight. */
export function minuteOfDay(instant: number, zone: string): number {
  return minuteOf(wallTimeAt(instant, zone));
}

/** Minutes since midnight. */
export function minuteOf(wall: WallTime): number {
  return Math.floor(wall / MINUTE_MS) % DAY_MINUTES;
}

/** 0 is Monday. */
export function weekdayOf(wall: WallTime): number {
  return (new Date(wall).getUTCDay() + 6) % 7;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  FORMATS.set(zone, made);
  return made;
}
