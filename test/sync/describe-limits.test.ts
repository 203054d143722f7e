import { describe, expect, it } from 'vitest';
import { parseTimeFrame, type TimeFrame } from '../../lib/calendar/time-frame.ts';
import { describeLimits } from '../../lib/sync/describe-limits.ts';
import { job, location } from '../support/locations.ts';

const MIB = 1024 * 1024;

function frame(text: string): TimeFrame {
  const parsed = parseTimeFrame(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

describe('the limits of a run in words', () => {
  it('are workers, their transfers and the starts, where nothing is said of rates', () => {
    expect(describeLimits(job())).toEqual([
      'worker-threads 4, transfers-in-flight 4: 4 groups at once, at most 16 transfers in all',
      'start-batch-size 10: at most 10 groups start in any 1 s, over all runs on the target',
      'rates and requests: no limit',
    ]);
  });

  it('tell what the settings lower, and what finds its own limit', () => {
    const [workers, starts] = describeLimits(
      job({ workerThreads: 1, workerThreadsWanted: 8, transfersInFlight: 'auto', startBatchSize: 0 }),
    );
    expect(workers).toBe(
      'worker-threads 1, lowered from 8 by max-worker-threads, transfers-in-flight auto: 1 group at once, at most 256 transfers in all',
    );
    expect(starts).toBe('start-batch-size 0: groups start as soon as a worker is free');
  });

  it('name each rate with its burst, its times and whose it is, once', () => {
    const timetable = [{ frame: frame('mon..fri 8-18'), rate: 5 * MIB }];
    const target = location('offsite', { timetable, timezone: 'Europe/Berlin', putRateLimit: 1_000 });
    const own = [{ frame: frame('22-6'), rateOut: 'unlimited' as const }];
    const said = { rateIn: 20 * MIB, burstIn: 200 * MIB, rateOut: 2 * MIB, timetable: own };
    expect(describeLimits(job({ target, ...said })).slice(2)).toEqual([
      'rate-in of job daily-offsite: 20 MiB/s after a burst of 200 MiB',
      'rate of datastore offsite: no limit, mon..fri 8-18 5 MiB/s (Europe/Berlin)',
      'rate-out of job daily-offsite: 2 MiB/s, 22-6 no limit (UTC)',
      'put-rate-limit of datastore offsite: 1,000 requests/s',
    ]);
  });
});
