import { changeWithin, wallTimeAt, type WallTime } from './zone.ts';

/** Wall times [from, to) that clocks in a zone leave out. */
export interface Gap {
  readonly from: WallTime;
  readonly to: WallTime;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A zone's rule for the change of clocks shows each of its days of the week and months in this time. */
const YEARS_AHEAD = 10;

const FOUND = new Map<string, readonly Gap[]>();

/** The jumps of the clocks in `zone` in the ten years from `now` on, as far as the runtime's time zone data tells. */
export function findGaps(zone: string, now: number): readonly Gap[] {
  const start = Math.floor(now / DAY_MS) * DAY_MS;
  const key = `${zone} ${String(start)}`;
  const found = FOUND.get(key) ?? searchGaps(zone, start);
  FOUND.set(key, found);
  return found;
}

function searchGaps(zone: string, start: number): readonly Gap[] {
  if (zone === 'UTC') return [];
  const gaps: Gap[] = [];
  const offset = (instant: number): number => wallTimeAt(instant, zone) - instant;
  for (let day = start; day < start + YEARS_AHEAD * 366 * DAY_MS; day += DAY_MS) {
    if (offset(day + DAY_MS) <= offset(day)) continue;
    const jump = changeWithin(day, day + DAY_MS, zone);
    gaps.push({ from: jump + offset(day), to: jump + offset(jump) });
  }
  return gaps;
}
