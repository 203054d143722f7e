import { lastTime, type Schedule } from '../../schedule/schedule.ts';
import { iso } from '../iso.ts';
import { CLOCK_SKEW_MS } from '../overlap/clocks.ts';
import type { Looks } from './lag-at.ts';
import { OVERDUE_GRACE_MS } from './overdue.ts';

/**
 * The looks at a job at a time (epoch ms) when no run is at it. Where one should have looked at all of it since the last look, nobody
 * knows more than that look, whatever became of the run: as where one could not. So it is of a suspended job: who suspends it forgets.
 */
export function unlooked(looks: Looks | undefined, schedules: readonly Schedule[], at: number): Looks | undefined {
  const asOf = looks?.asOf;
  if (asOf === undefined) return looks;
  const due = schedules
    .map((schedule) => lastTime(schedule, at - schedule.jitterMs - OVERDUE_GRACE_MS))
    .find((time) => time !== undefined && time > Date.parse(asOf) + CLOCK_SKEW_MS);
  return due === undefined ? looks : { ...looks, blindSince: looks?.blindSince ?? iso(due) };
}
