import { describe, expect, it } from 'vitest';
import { parseTimeFrame, type TimeFrame } from '../../lib/calendar/time-frame.ts';
import { rateAt, type Limit } from '../../lib/limits/limit.ts';
import { limitsOf } from '../../lib/sync/limits.ts';
import { job, location } from '../support/locations.ts';

const MIB = 1024 * 1024;

function frame(text: string): TimeFrame {
  const parsed = parseTimeFrame(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

const names = (limits: readonly Limit[]): string[] => limits.map(({ name }) => name);

describe('the limits of a job', () => {
  it('are none where nothing is said', () => {
    const none = { read: [], write: [], gets: [], puts: [] };
    expect(limitsOf(job())).toEqual({ source: none, target: none });
  });

  it('are its own, where it reads and where it writes, beside those of its datastores both ways', () => {
    const source = location('main', { rate: 20, getRateLimit: 7 });
    const target = location('offsite', { rate: 10, putRateLimit: 3 });
    const limits = limitsOf(job({ source, target, rateIn: 5, rateOut: 4, burstOut: 40 }));
    expect(names(limits.source.read)).toEqual(['rate-in of job daily-offsite', 'rate of datastore main']);
    expect(names(limits.source.write)).toEqual(['rate of datastore main']);
    expect(names(limits.source.gets)).toEqual(['get-rate-limit of datastore main']);
    expect(names(limits.source.puts)).toEqual([]);
    expect(names(limits.target.read)).toEqual(['rate of datastore offsite']);
    expect(names(limits.target.write)).toEqual(['rate-out of job daily-offsite', 'rate of datastore offsite']);
    expect(names(limits.target.puts)).toEqual(['put-rate-limit of datastore offsite']);
    expect(limits.target.write[0]?.rate).toEqual({ perSecond: 4, burst: 40 });
    expect(limits.source.read[0]?.rate).toEqual({ perSecond: 5, burst: 5 });
  });

  it('of a datastore are shared by all jobs that use its place, whatever they call it', () => {
    const place = { bucket: 'b', prefix: 'p', rate: 10 };
    const writing = limitsOf(job({ id: 'one', target: location('offsite', place) }));
    const reading = limitsOf(job({ id: 'two', source: location('elsewhere', place) }));
    expect(writing.target.write[0]?.id).toBe(reading.source.read[0]?.id);
    const other = limitsOf(job({ target: location('offsite', { ...place, prefix: 'p2' }) }));
    expect(other.target.write[0]?.id).not.toBe(writing.target.write[0]?.id);
  });

  it('follow the timetable: the first entry whose time it is and that says the rate', () => {
    const timetable = [
      { frame: frame('12-13'), rateOut: 'unlimited' as const },
      { frame: frame('mon..fri 8-18'), rateIn: 3 * MIB, rateOut: 2 * MIB, burstOut: 9 * MIB },
    ];
    const limits = limitsOf(job({ rateIn: 10 * MIB, rateOut: 7 * MIB, timetable, timezone: 'Europe/Berlin' }));
    const [read, write] = [limits.source.read[0]!, limits.target.write[0]!];
    const at = (limit: Limit, time: string): number | undefined => rateAt(limit, Date.parse(time))?.perSecond;
    // A Monday; Berlin is an hour ahead.
    expect([at(read, '2025-11-03T06:59:00Z'), at(write, '2025-11-03T06:59:00Z')]).toEqual([10 * MIB, 7 * MIB]);
    expect([at(read, '2025-11-03T07:00:00Z'), at(write, '2025-11-03T07:00:00Z')]).toEqual([3 * MIB, 2 * MIB]);
    expect([at(read, '2025-11-03T11:30:00Z'), at(write, '2025-11-03T11:30:00Z')]).toEqual([3 * MIB, undefined]);
    expect([at(read, '2025-11-02T11:30:00Z'), at(write, '2025-11-02T11:30:00Z')]).toEqual([10 * MIB, undefined]);
    expect(rateAt(write, Date.parse('2025-11-03T07:00:00Z'))?.burst).toBe(9 * MIB);
  });
});
