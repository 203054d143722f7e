import type { Job } from '../job.ts';
import type { Report } from '../report/report.ts';
import type { FlotillaEvent } from './event.ts';
import { runEventId } from './run-ended.ts';
import { asSentence, nameCopy } from './words.ts';

type GuardEvent = Extract<FlotillaEvent, { type: 'flotilla.delete-guard' }>;

/** The event that remove-vanished was refused (`guard-removal.ts`); undefined: it was not. */
export function guardRefused(job: Pick<Job, 'id' | 'source' | 'target'>, report: Report): GuardEvent | undefined {
  const refusal = report.failures.find(({ code }) => code === 'REMOVAL_REFUSED');
  if (refusal === undefined) return undefined;
  const { id, startedAt } = report;
  return {
    ...{ version: 1, id: runEventId({ job: job.id, id, startedAt }, 'delete-guard'), at: report.endedAt, job: job.id },
    ...{ severity: 'warning', message: asSentence(`${nameCopy(job)}: ${refusal.message}`) },
    ...{ type: 'flotilla.delete-guard', kind: 'refused', run: { id, startedAt }, reason: refusal.message },
  };
}
