import type { RunRecord } from './run-store.ts';

/** What started a run, as it is said behind `a run`; undefined: a person, or a machine in one's place. `formatTime` is given ISO 8601. */
export function describeTrigger(
  { scheduledTime, schedule, afterRun, pendingOnly }: Omit<RunRecord, 'state'>,
  formatTime = (time: string): string => time,
): string | undefined {
  if (scheduledTime !== undefined)
    return `for ${formatTime(scheduledTime)}${schedule === undefined ? '' : ` of schedule ${schedule}`}`;
  if (afterRun !== undefined) return `after run ${afterRun}`;
  return pendingOnly === true ? 'for what was backed up' : undefined;
}
