import { omitKeys } from './spelling.ts';
import type { JobFrameEntry } from './timetable-schema.ts';

/** A rate that a run is given, or freed of, holds for all of the run: its job's timetable then says nothing of it. */
export function framesBeside(timetable: readonly JobFrameEntry[], overridden: readonly string[]): readonly JobFrameEntry[] {
  const ways = (['in', 'out'] as const).filter((way) => overridden.includes(`rate-${way}`));
  return timetable
    .map(
      (entry) =>
        omitKeys(
          entry,
          ways.flatMap((way) => [`rate-${way}`, `burst-${way}`] as const),
        ) as JobFrameEntry,
    )
    .filter((entry) => entry['rate-in'] !== undefined || entry['rate-out'] !== undefined);
}
