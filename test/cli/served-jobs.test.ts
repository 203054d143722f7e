import { describe, expect, it } from 'vitest';
import { servedJobs } from '../../lib/cli/serve/served-jobs.ts';
import { parseConfig } from '../../lib/config/load-config.ts';

const HOUR = 3_600_000;

function serve(jobs: string) {
  const text = `
datastores:
  - { id: main, layout: pbs, bucket: pbs-main, prefix: main, region: eu-central-1 }
  - { id: offsite, layout: pbs, bucket: pbs-offsite, prefix: copy, region: us-east-1 }
  - { id: third, layout: pbs, bucket: pbs-third, prefix: copy, region: us-east-1 }
jobs:
${jobs}`;
  return servedJobs(parseConfig(text, { file: 'flotilla.yaml', environment: {}, readFile: () => '' }));
}

describe('servedJobs', () => {
  it('tells what starts each job of a configuration', () => {
    const jobs = serve(`
  - { id: nightly, source: main, target: offsite, schedule: 'mon..fri 22:30', trigger: on-backup, settle: 1m }
  - { id: chained, source: offsite, target: third, after: nightly }`);
    expect(jobs.map(({ id, schedules, after, onBackup }) => [id, schedules.map(({ name }) => name), after, onBackup])).toEqual([
      ['nightly', ['main'], [], { settleMs: 60_000, pollMs: 300_000 }],
      ['chained', [], ['nightly'], undefined],
    ]);
  });

  it('starts the runs of a schedule with jitter later, each by as much, and for the time that the schedule says', () => {
    const [job] = serve(`  - { id: nightly, source: main, target: offsite, schedule: 'every 1h', jitter: 30m }`);
    const schedule = job!.schedules[0]!;
    const starts = [10, 11, 12].map((hour) => schedule.nextTime(hour * HOUR + HOUR / 2)!);
    const [later = 0] = starts.map((start) => start % HOUR);
    expect(later).toBeGreaterThan(0);
    expect(later).toBeLessThan(HOUR / 2);
    expect(starts.map((start) => start % HOUR)).toEqual([later, later, later]);
    for (const start of starts) {
      expect(schedule.lastTime(start)).toBe(start - later);
      expect(schedule.lastTime(start - 1)).toBe(start - later - HOUR);
    }
    expect(schedule.input(10 * HOUR)).toMatchObject({ 'scheduled-time': '1970-01-01T10:00:00Z' });
  });
});
