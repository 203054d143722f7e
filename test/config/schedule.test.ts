import { describe, expect, it } from 'vitest';
import { jobDocument, mergeOverrides, parseJob } from '../../lib/config/job-document.ts';
import type { Job } from '../../lib/sync/job.ts';
import { describeSchedule } from '../../lib/schedule/describe.ts';
import { edit, faultsOf, parse } from './sample.ts';

function documentWith(...lines: string[]) {
  return jobDocument(parse(edit('    target: offsite', '    target: offsite', ...lines)), 'daily-offsite');
}

const jobWith = (...lines: string[]): Job => parseJob(documentWith(...lines));

const jobFaults = (...lines: string[]): string[] =>
  faultsOf(edit('    target: offsite', '    target: offsite', ...lines)).map((line) => line.replace(/^.*?jobs\[0\]\./, ''));

describe('the schedule of a job', () => {
  it('is a calendar event, or an interval', () => {
    const words = (...lines: string[]): string[] => jobWith(...lines).schedules.map(describeSchedule);
    expect(words('    schedule: mon..fri 22:30', '    timezone: Europe/Berlin')).toEqual([
      'at 22:30 on Monday to Friday, Europe/Berlin',
    ]);
    expect(words('    schedule: every 2h', '    jitter: 10m')).toEqual(['every 2h, counted from 1970 in UTC, up to 10m later']);
    expect(words()).toEqual([]);
  });

  it('is a list of several, with overrides that fill in nothing', () => {
    const { schedules } = jobWith(
      ...['    schedule:', '      - at: daily', '      - name: full', '        at: sat 3:00', '        timezone: Asia/Tokyo'],
      ...['        overrides: { verify: crc, max-depth: null }', '      - every: 2h'],
      ...['    not-before: 22:00', '    not-after: 6:00'],
    );
    expect(schedules.map(({ name, timezone, overrides }) => ({ name, timezone, overrides }))).toEqual([
      { name: 'main', timezone: 'UTC', overrides: {} },
      { name: 'full', timezone: 'Asia/Tokyo', overrides: { verify: 'crc', 'max-depth': null } },
      { name: 'schedule-3', timezone: 'UTC', overrides: {} },
    ]);
    expect(schedules[0]?.window).toEqual({ from: 1320, to: 360 });
  });

  it('stays as it is in a run that one of its ticks starts', () => {
    const overrides = { 'scheduled-time': '2026-11-21T00:00:00Z', 'schedule-name': 'main' };
    const merged = parseJob(mergeOverrides(documentWith('    schedule: daily'), overrides));
    expect(merged.schedules).toEqual(jobWith('    schedule: daily').schedules);
  });

  it.each([
    [['schedule: 0 22 * * *'], 'schedule  "0 22 * * *" is not understood, at " 22 * * *" (this looks like cron)'],
    [['schedule: 12:00:30'], 'schedule  "12:00:30" names seconds, but EventBridge starts at whole minutes: leave them out'],
    [['schedule: []'], 'schedule  the value has no entry; wanted at least one'],
    [['schedule: 5'], 'schedule  5 is neither a calendar event nor a list of schedules; wanted such as mon..fri 22:30'],
    [['schedule: [{ at: never }]'], 'schedule[0].at  "never" has "never" where a weekday, a date or a time should be'],
    [['schedule: [{ at: daily, every: 2h }]'], 'schedule[0]  the value needs either at or every'],
    [['schedule: [{ at: daily, when: 2h }]'], 'schedule[0].when  unknown key; known here: name, at, every, timezone, overrides'],
    [['schedule: [{ at: daily, overrides: { verfy: crc } }]'], 'schedule[0].overrides.verfy  unknown key; did you mean verify?'],
    [['schedule: [{ at: daily, overrides: { worker-threads: 0 } }]'], 'schedule[0].overrides.worker-threads  0 is too low'],
    [['schedule: [{ at: daily, overrides: { burst-in: 1 MB } }]'], 'schedule[0].overrides.burst-in  stands without rate-in'],
    [['schedule: [{ at: daily }, { at: hourly, name: main }]'], 'schedule[1].name  is the second schedule named main'],
    [['jitter: 5m'], 'jitter  stands without schedule'],
    [['schedule: daily', 'jitter: 2d'], 'jitter  "2d" is longer than a day'],
    [['schedule: daily', 'not-after: 25:00'], 'not-after  "25:00" is no time of day'],
    [
      ['schedule: 12:00', 'not-before: 22:00', 'not-after: 6:00'],
      'schedule  "12:00" has no time between not-before and not-after',
    ],
    [['schedule: [{ at: 23:00 }, { at: 12:00 }]', 'not-before: 22:00', 'not-after: 6:00'], 'schedule[1]  "12:00" has no time'],
  ])('refuses %j', (lines, fault) => {
    expect(jobFaults(...lines.map((line) => `    ${line}`))).toEqual([expect.stringContaining(fault)]);
  });
});
