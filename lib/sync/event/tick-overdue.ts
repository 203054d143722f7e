import type { Job } from '../job.ts';
import { describeLag } from '../report/describe-lag.ts';
import type { Lag } from '../report/lag.ts';
import { formatSpan } from '../report/words.ts';
import type { FlotillaEvent } from './event.ts';
import { asSentence, nameCopy } from './words.ts';

type OverdueEvent = Extract<FlotillaEvent, { type: 'flotilla.tick'; kind: 'overdue' }>;

/** A tick that no run has come for, or only one that was `lost` (its id), though it was due (ISO 8601) longer ago than the grace allows. */
export interface OverdueTick {
  readonly schedule: string;
  readonly due: string;
  /** Since then. */
  readonly seconds: number;
  readonly lost?: string;
}

/** The event that no run has come for a tick, or only one that was lost: what should start it may be dead. */
export function tickOverdue(
  job: Pick<Job, 'id' | 'source' | 'target'>,
  { schedule, due, seconds, lost }: OverdueTick,
  { lag, at }: { readonly lag: Lag; readonly at: string },
): OverdueEvent {
  const time = `${due} of schedule ${schedule}, which was ${formatSpan(seconds)} ago`;
  const came = lost === undefined ? `no run came for ${time}` : `run ${lost} is gone without an end, which came for ${time}`;
  const what = `${came}; ${describeLag(lag)}`;
  const message = `${nameCopy(job)}: ${what}; start one by hand, and see what ${lost === undefined ? 'keeps its scheduler from doing so' : 'killed it'}`;
  return {
    ...{ version: 1, id: `${job.id}/tick/${schedule}/overdue/${due}`, at, job: job.id, severity: 'error' },
    ...{ message: asSentence(message), type: 'flotilla.tick', kind: 'overdue', schedule, due },
  };
}
