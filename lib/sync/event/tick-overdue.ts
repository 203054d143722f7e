import { describeLag } from '../health/describe-lag.ts';
import type { Lag } from '../health/lag.ts';
import type { OverdueTick } from '../health/overdue.ts';
import type { Job } from '../job.ts';
import { formatSpan } from '../report/words.ts';
import type { FlotillaEvent } from './event.ts';
import { asSentence, nameCopy } from './words.ts';

type OverdueEvent = Extract<FlotillaEvent, { type: 'flotilla.tick'; kind: 'overdue' }>;

/** The event that no run has come for a tick: what should start it may be dead. */
export function tickOverdue(
  job: Pick<Job, 'id' | 'source' | 'target'>,
  { schedule, due, seconds }: OverdueTick,
  { lag, at }: { readonly lag: Lag; readonly at: string },
): OverdueEvent {
  const what = `no run came for ${due} of schedule ${schedule}, which was ${formatSpan(seconds)} ago; ${describeLag(lag)}`;
  const message = `${nameCopy(job)}: ${what}; start one by hand, and see what keeps its scheduler from doing so`;
  return {
    ...{ version: 1, id: `${job.id}/tick/${schedule}/overdue/${due}`, at, job: job.id, severity: 'error' },
    ...{ message: asSentence(message), type: 'flotilla.tick', kind: 'overdue', schedule, due },
  };
}
