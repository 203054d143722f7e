import type { Job } from '../job.ts';
import { describeLag } from '../report/describe-lag.ts';
import type { Lag } from '../report/lag.ts';
import { formatSpan } from '../report/words.ts';
import type { RunRef } from '../run-store.ts';
import type { FlotillaEvent } from './event.ts';
import { asSentence, nameCopy } from './words.ts';

/** Who sees how far a copy is behind, and when (ISO 8601): the run whose end shows it, or the clock. */
export interface LagSeen {
  readonly job: Pick<Job, 'id' | 'source' | 'target' | 'maxLagSeconds'>;
  readonly lag: Lag;
  readonly at: string;
  readonly run?: RunRef;
}

type LagEvent = Extract<FlotillaEvent, { type: 'flotilla.lag' }>;

/** `raises`: how often it was raised so far, this time included. */
type Crossing = Pick<LagEvent, 'kind' | 'maxLagSeconds'> & { readonly raises: number };

/** The event that lag has gone over max-lag, or is no more. */
export function lagCrossed({ job, lag, at, run }: LagSeen, { kind, raises, maxLagSeconds }: Crossing): LagEvent {
  const most = formatSpan(maxLagSeconds);
  const message =
    kind === 'raised'
      ? `${describeLag(lag)}; that is more than max-lag (${most}): look at the last runs of the job`
      : `lag is below max-lag again (${most}); ${describeLag(lag)}`;
  return {
    ...{ version: 1, id: `${job.id}/lag/${kind}/${String(raises)}`, at, job: job.id },
    ...{ severity: kind === 'raised' ? 'warning' : 'info', message: asSentence(`${nameCopy(job)}: ${message}`) },
    ...{ type: 'flotilla.lag', kind, lag, maxLagSeconds },
    ...(run !== undefined && { run: { id: run.id, startedAt: run.startedAt } }),
  };
}
