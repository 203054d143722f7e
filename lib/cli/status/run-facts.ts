import type { RecentRun } from '../../sync/status/job-status.ts';
import { stateOf } from './describe-status.ts';

/** A run as `--json` shows it; times are ISO 8601, UTC. */
export function runFacts(run: RecentRun): object {
  const { id, job, startedAt, endedAt, scheduledTime, schedule, missed, afterRun, pendingOnly, dryRun, message, summary } = run;
  return {
    ...{ run: id, job, state: stateOf(run), startedAt },
    ...(endedAt !== undefined && { endedAt }),
    ...(scheduledTime !== undefined && { scheduledTime }),
    ...(schedule !== undefined && { schedule }),
    ...(missed !== undefined && { missed }),
    ...(afterRun !== undefined && { afterRun }),
    ...(pendingOnly !== undefined && { pendingOnly }),
    ...(dryRun !== undefined && { dryRun }),
    ...(message !== undefined && { message }),
    ...(summary !== undefined && { summary }),
  };
}
