import { formatHumanByte } from '../datastore/human-byte.ts';
import type { Limit } from '../limits/limit.ts';
import type { Rate } from '../limits/rate.ts';
import { MAX_TRANSFERS_IN_FLIGHT, type Job } from './job.ts';
import { limitsOf } from './limits.ts';
import { formatCount, plural } from './report/words.ts';

/** How much a run will do at once and how fast, one line each: workers and their transfers, starts, then rates and requests. */
export function describeLimits(job: Job): readonly string[] {
  const { source, target } = limitsOf(job);
  const all = [source, target].flatMap(({ read, write, gets, puts }) => [...read, ...write, ...gets, ...puts]);
  const rates = [...new Map(all.map((limit) => [limit.id, limit])).values()].map(describeLimit);
  return [describeWorkers(job), describeStarts(job), ...(rates.length === 0 ? ['rates and requests: no limit'] : rates)];
}

function describeWorkers({ workerThreads, workerThreadsWanted, transfersInFlight }: Job): string {
  const lowered =
    workerThreads < workerThreadsWanted ? `, lowered from ${String(workerThreadsWanted)} by max-worker-threads` : '';
  const each = transfersInFlight === 'auto' ? MAX_TRANSFERS_IN_FLIGHT : transfersInFlight;
  const most = `${plural(workerThreads, 'group')} at once, at most ${plural(workerThreads * each, 'transfer')} in all`;
  return `worker-threads ${String(workerThreads)}${lowered}, transfers-in-flight ${String(transfersInFlight)}: ${most}`;
}

function describeStarts({ startBatchSize, startBatchPeriod }: Job): string {
  if (startBatchSize === 0) return 'start-batch-size 0: groups start as soon as a worker is free';
  return `start-batch-size ${String(startBatchSize)}: at most ${plural(startBatchSize, 'group')} start in any ${String(startBatchPeriod)} s, over all runs on the target`;
}

/** `rate-in of job nightly: 20 MiB/s, mon..fri 8-18 5 MiB/s (Europe/Berlin)`. */
function describeLimit({ name, unit, rate, frames, timezone }: Limit): string {
  const inFrames = frames.map((entry) => `, ${entry.frame.text} ${formatRate(entry.rate, unit)}`).join('');
  return `${name}: ${formatRate(rate, unit)}${inFrames}${frames.length === 0 ? '' : ` (${timezone})`}`;
}

/** `20 MiB/s`, and with it the burst, if it is more than the default. */
export function formatRate(rate: Rate | undefined, unit: Limit['unit']): string {
  if (rate === undefined) return 'no limit';
  if (unit === 'requests') return `${formatCount(rate.perSecond)} requests/s`;
  const burst = rate.burst > rate.perSecond ? ` after a burst of ${formatHumanByte(rate.burst)}` : '';
  return `${formatHumanByte(rate.perSecond)}/s${burst}`;
}
