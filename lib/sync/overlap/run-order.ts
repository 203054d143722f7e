import { iso } from '../iso.ts';
import type { RunRef } from '../run-store.ts';

/**
 * Where a run stands among all that want the same: by its tick, or its start when it serves none, then by its start, then by its
 * name. Compared as text; times are written alike, so that `12:00:00Z` and `12:00:00.000Z` are one.
 */
export function runOrder({ job, id, startedAt }: RunRef, scheduledTime: string | undefined): string {
  const written = (time: string): string => iso(Date.parse(time));
  return [written(scheduledTime ?? startedAt), written(startedAt), job, id].join(' ');
}
