import { z } from 'zod';
import { count, time, type Fixed } from './members.ts';

/**
 * How far a copy is behind. A snapshot is missing that the job would copy and the target does not have; the lag runs from the
 * oldest of those that are newer than the group's newest copy. It grows for as long as nothing is copied, which the time since the newest
 * missing one does not: with a backup each night that never passes a day.
 */
export const LagSchema = z.object({
  state: z
    .enum(['current', 'behind', 'unknown'])
    .describe(
      'current: all is on the target; behind: snapshots are missing; unknown: not all of the source could be looked at, or was, since asOf, or ever',
    ),
  seconds: z
    .number()
    .nonnegative()
    .exactOptional()
    .describe(
      'Of an unknown lag, as much as it may be at most; without asOf, at least: left out where nothing is known to be missing',
    ),
  missing: count.describe('Snapshots of the source, all groups, that the job would copy and the target lacks'),
  groups: count.describe('Groups that lack any'),
  since: time.exactOptional().describe('Backup time of the oldest missing snapshot newer than its newest copy'),
  newest: time.exactOptional().describe('Backup time of the newest missing snapshot'),
  asOf: time.exactOptional().describe('When both sides were last looked at, all of the job in one run'),
});
export type Lag = Fixed<z.infer<typeof LagSchema>>;

/** Whether a copy is further behind than its job's max-lag allows. */
export function isOverLag({ seconds = 0 }: Lag, maxLagSeconds: number): boolean {
  return seconds > maxLagSeconds;
}

/** What one group lacks. */
export const BehindSchema = z.object({
  missing: count.describe('Snapshots of the source that the job would copy and the target lacks'),
  since: time.exactOptional().describe('Backup time of the oldest of them that is newer than the newest copy'),
  newest: time.exactOptional().describe('Backup time of the newest of them'),
});
export type Behind = Fixed<z.infer<typeof BehindSchema>>;

/** The same, by what was listed at a time, less what was copied since. */
export const BehindAtSchema = BehindSchema.extend({ at: time }).describe('What the group lacked');
export type BehindAt = Fixed<z.infer<typeof BehindAtSchema>>;

/** What is known of a group by the later of two looks; of two at the same time the second, which knows more. */
export function laterLook(a: BehindAt | undefined, b: BehindAt | undefined): BehindAt | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.at > b.at ? a : b;
}

/** Lag of a job that no run has looked at. */
export const UNSEEN: Lag = { state: 'unknown', missing: 0, groups: 0 };

/** Seconds from a time (ISO 8601) until `now` (epoch milliseconds); 0 where there is no such time. */
export function secondsSince(from: string | undefined, now: number): number {
  return from === undefined ? 0 : Math.max(0, now - Date.parse(from)) / 1000;
}
