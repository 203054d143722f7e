import type { DatastoreLocation, FrameRate } from '../datastore/location.ts';
import { everHolds, type Limit } from '../limits/limit.ts';
import { rateOf, type Rate } from '../limits/rate.ts';
import type { Job } from './job.ts';
import { targetPlace } from './target-place.ts';

/** The limits of one side of a job, by what they limit: several may hold at once. */
export interface SideLimits {
  readonly read: readonly Limit[];
  readonly write: readonly Limit[];
  readonly gets: readonly Limit[];
  readonly puts: readonly Limit[];
}

/** All limits that a job has to keep, those of its datastores among them; at some time each of them limits something. */
export function limitsOf(job: Job): { readonly source: SideLimits; readonly target: SideLimits } {
  const [source, target] = [datastoreLimits(job.source), datastoreLimits(job.target)];
  return {
    source: { ...source, read: [...jobLimit(job, 'in'), ...source.read] },
    target: { ...target, write: [...jobLimit(job, 'out'), ...target.write] },
  };
}

function jobLimit(job: Job, way: 'in' | 'out'): readonly Limit[] {
  const frames = job.timetable.flatMap(({ frame, ...rates }) => {
    const [rate, burst] = way === 'in' ? [rates.rateIn, rates.burstIn] : [rates.rateOut, rates.burstOut];
    return rate === undefined ? [] : [{ frame, rate: frameRate(rate, burst) }];
  });
  const [rate, burst] = way === 'in' ? [job.rateIn, job.burstIn] : [job.rateOut, job.burstOut];
  const limit: Limit = {
    ...{ id: `job/${job.id}/rate-${way}`, name: `rate-${way} of job ${job.id}`, unit: 'bytes', frames, timezone: job.timezone },
    rate: rate === undefined ? undefined : rateOf(rate, burst),
  };
  return everHolds(limit) ? [limit] : [];
}

/** A datastore is its place: whoever calls it by another name shares its limits. */
function datastoreLimits(datastore: DatastoreLocation): SideLimits {
  const limit = (
    option: string,
    unit: Limit['unit'],
    rate: number | undefined,
    frames: Limit['frames'] = [],
  ): readonly Limit[] => {
    const made: Limit = {
      ...{ id: `datastore/${targetPlace(datastore)}/${option}`, name: `${option} of datastore ${datastore.id}`, unit, frames },
      ...{ rate: rate === undefined ? undefined : rateOf(rate), timezone: datastore.timezone ?? 'UTC' },
    };
    return everHolds(made) ? [made] : [];
  };
  const frames = (datastore.timetable ?? []).map(({ frame, rate }) => ({ frame, rate: frameRate(rate) }));
  const bytes = limit('rate', 'bytes', datastore.rate, frames);
  return {
    ...{ read: bytes, write: bytes },
    gets: limit('get-rate-limit', 'requests', datastore.getRateLimit),
    puts: limit('put-rate-limit', 'requests', datastore.putRateLimit),
  };
}

function frameRate(rate: FrameRate, burst?: number): Rate | undefined {
  return rate === 'unlimited' ? undefined : rateOf(rate, burst);
}
