import { z } from 'zod';
import { count, time, type Fixed } from '../report/group-record.ts';

/**
 * How far a copy is behind. A snapshot is missing that the job would copy and the target does not have; the lag runs from the
 * oldest of those that are newer than the group's newest copy. It grows for as long as nothing is copied, which the time since the newest
 * missing one does not: with a backup each night that never passes a day.
 */
export const LagSchema = z.object({
  state: z
    .enum(['current', 'behind', 'unknown'])
    .describe(
      'current: all is on the target; behind: snapshots are missing; unknown: the source could not be looked at since asOf',
    ),
  seconds: z.number().nonnegative().exactOptional().describe('Left out while no run has ever looked at the source'),
  missing: count.describe('Snapshots of the source, all groups, that the job would copy and the target lacks'),
  groups: count.describe('Groups that lack any'),
  since: time.exactOptional().describe('Backup time of the oldest missing snapshot newer than its newest copy'),
  newest: time.exactOptional().describe('Backup time of the newest missing snapshot'),
  asOf: time.exactOptional().describe('When both sides were last looked at, all of the job in one run'),
});
export type Lag = Fixed<z.infer<typeof LagSchema>>;

/** What one group lacks. */
export const BehindSchema = z.object({
  missing: count,
  since: time.exactOptional(),
  newest: time.exactOptional(),
});
export type Behind = Fixed<z.infer<typeof BehindSchema>>;

/** What is known of a job's lag before any run has looked at its source. */
export const UNSEEN: Lag = { state: 'unknown', missing: 0, groups: 0 };
