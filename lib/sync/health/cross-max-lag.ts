import { describeLag } from './describe-lag.ts';
import { formatSpan } from '../report/words.ts';
import type { FlotillaEvent } from '../event/event.ts';
import { asSentence, nameCopy } from '../event/words.ts';
import type { Job } from '../job.ts';
import type { RunRef } from '../run-store.ts';
import type { Standing } from './health.ts';
import type { Lag } from './lag.ts';
import { changed } from './standing-after.ts';
import { withUntold } from './untold.ts';

/** Who sees how far a copy is behind, and when (ISO 8601): the run whose end shows it, or the clock. */
export interface LagSeen {
  readonly job: Pick<Job, 'id' | 'source' | 'target' | 'maxLagMs'>;
  readonly lag: Lag;
  readonly at: string;
  readonly run?: RunRef;
}

type LagEvent = Extract<FlotillaEvent, { type: 'flotilla.lag' }>;

/** The standing once lag has gone over max-lag, or is no more, with the event that says so; the standing that it was, where neither is news. */
export function crossMaxLag(before: Standing | undefined, seen: LagSeen): Standing | undefined {
  const { lag, at } = seen;
  const { maxLagMs } = seen.job;
  const { lagRaised: raisedAt, lagRaises = 0 }: Partial<Standing> = before ?? {};
  const isOver = isOverLag(lag, maxLagMs);
  if ((raisedAt !== undefined) === isOver) return before;
  // An option that is gone from the configuration is nobody's news.
  if (maxLagMs === undefined) return changed(before, { lagRaised: undefined }, at);
  const raises = isOver ? lagRaises + 1 : lagRaises;
  const event = isOver ? lagRaised(seen, raises, maxLagMs) : lagCleared(seen, raises, maxLagMs);
  return changed(before, { lagRaised: isOver ? at : undefined, lagRaises: raises, ...withUntold(before, [event]) }, at);
}

function isOverLag({ seconds = 0 }: Lag, maxLagMs: number | undefined): boolean {
  return maxLagMs !== undefined && seconds * 1000 > maxLagMs;
}

function lagRaised(seen: LagSeen, raises: number, maxLagMs: number): LagEvent {
  const message = `${describeLag(seen.lag)}; that is more than max-lag (${formatSpan(maxLagMs / 1000)}): look at the last runs of the job`;
  return lagEvent(seen, raises, maxLagMs, { kind: 'raised', severity: 'warning', message });
}

function lagCleared(seen: LagSeen, raises: number, maxLagMs: number): LagEvent {
  const message = `lag is below max-lag again (${formatSpan(maxLagMs / 1000)}); ${describeLag(seen.lag)}`;
  return lagEvent(seen, raises, maxLagMs, { kind: 'cleared', severity: 'info', message });
}

function lagEvent(
  { job, lag, at, run }: LagSeen,
  raises: number,
  maxLagMs: number,
  { kind, severity, message }: Pick<LagEvent, 'kind' | 'severity' | 'message'>,
): LagEvent {
  return {
    ...{ version: 1, id: `${job.id}/lag/${kind}/${String(raises)}`, at, job: job.id, severity },
    message: asSentence(`${nameCopy(job)}: ${message}`),
    ...{ type: 'flotilla.lag', kind, lag, maxLagSeconds: Math.round(maxLagMs / 1000) },
    ...(run !== undefined && { run: { id: run.id, startedAt: run.startedAt } }),
  };
}
