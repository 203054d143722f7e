import { describe, expect, it } from 'vitest';
import { jobDocument, mergeOverrides, parseJob } from '../../lib/config/job-document.ts';
import type { Job } from '../../lib/sync/job.ts';
import { edit, faultsOf, parse } from './sample.ts';

const TIMETABLE = [
  ...['    timezone: Europe/Berlin', '    timetable:', '      - timeframe: mon..fri 8-18'],
  ...['        rate-in: 5 MiB', '        rate-out: 1 MB', '        burst-out: 9 MB'],
  ...['      - timeframe: 22:00 - 6:00', '        rate-in: unlimited'],
];

function documentWith(...lines: string[]) {
  return jobDocument(parse(edit('    target: offsite', '    target: offsite', ...lines)), 'daily-offsite');
}

const jobWith = (...lines: string[]): Job => parseJob(documentWith(...lines));

const jobFaults = (...lines: string[]): string[] =>
  faultsOf(edit('    target: offsite', '    target: offsite', ...lines)).map((line) => line.replace(/^.*?jobs\[0\]\./, ''));

describe('the timetable of a job', () => {
  it('is read with its frames, rates and time zone', () => {
    const { timetable, timezone } = jobWith(...TIMETABLE);
    expect(timezone).toBe('Europe/Berlin');
    expect(timetable).toEqual([
      {
        frame: { text: 'mon..fri 8-18', weekdays: [0, 1, 2, 3, 4], from: 480, to: 1080 },
        rateIn: 5 * 2 ** 20,
        rateOut: 1e6,
        burstOut: 9e6,
      },
      { frame: { text: '22:00 - 6:00', weekdays: [0, 1, 2, 3, 4, 5, 6], from: 1320, to: 360 }, rateIn: 'unlimited' },
    ]);
  });

  it('says nothing of a rate that a run is given, or freed of', () => {
    const document = documentWith('    rate-in: 2 MB', ...TIMETABLE);
    const frames = (overrides: object): string[][] =>
      parseJob(mergeOverrides(document, overrides)).timetable.map((entry) => Object.keys(entry));
    expect(frames({})).toEqual([
      ['frame', 'rateIn', 'rateOut', 'burstOut'],
      ['frame', 'rateIn'],
    ]);
    expect(frames({ 'rate-in': '1 MB' })).toEqual([['frame', 'rateOut', 'burstOut']]);
    expect(frames({ 'rate-in': null })).toEqual([['frame', 'rateOut', 'burstOut']]);
    expect(frames({ 'rate-in': undefined, 'rate-out': '7 MB' })).toEqual([
      ['frame', 'rateIn'],
      ['frame', 'rateIn'],
    ]);
  });

  it.each([
    [
      'timeframe: 8-25, rate-in: 1 MB',
      'timetable[0].timeframe  "8-25" has a time that no day has; write it as mon..fri 8:00-18:00',
    ],
    ['timeframe: 8-18, rate-in: 10 Mbit', 'timetable[0].rate-in  "10 Mbit" means bits; write bytes, an eighth of it: 1.25 MB'],
    [
      'timeframe: 8-18, rate-in: off',
      'timetable[0].rate-in  "off" is no number of bytes; write it as 20 MiB, 1.5 GB or a number of bytes',
    ],
    ['timeframe: 8-18', 'timetable[0]  the value says no rate for its time; add rate-in or rate-out'],
    ['timeframe: 8-18, rate: 1 MB', 'timetable[0].rate  unknown key; did you mean rate-in?'],
    ['rate-in: 1 MB', 'timetable[0].timeframe  is missing; add it: The time frame in which it holds, as PBS writes it'],
    [
      'timeframe: 8-18, rate-in: 1 MB, burst-out: 2 MB',
      'timetable[0]  the value has a burst-out without the rate-out that it belongs to; add that, or leave it out',
    ],
  ])('is refused with { %s }', (entry, fault) => {
    expect(jobFaults(`    timetable: [{ ${entry} }]`)).toContain(fault);
  });

  it.each(['Mars/Olympus', '+02:00', ''])('is refused in the time zone %j', (zone) => {
    expect(jobFaults(`    timezone: "${zone}"`)[0]).toMatch(/^timezone {2}.*time zone.*Europe\/Berlin$/);
  });
});

describe('the limits of a datastore', () => {
  const withLimits = (...lines: string[]): string => edit('    path-style: true', '    path-style: true', ...lines);

  it('are read', () => {
    const text = withLimits(
      ...['    rate: 20 MiB', '    put-rate-limit: 100', '    get-rate-limit: 500', '    timezone: Europe/Berlin'],
      ...['    timetable:', '      - timeframe: sat,sun 0-24', '        rate: unlimited'],
    );
    const limits = {
      ...{ rate: 20 * 2 ** 20, putRateLimit: 100, getRateLimit: 500, timezone: 'Europe/Berlin' },
      timetable: [{ frame: { text: 'sat,sun 0-24', weekdays: [5, 6], from: 0, to: 1440 }, rate: 'unlimited' }],
    };
    expect(parse(text).datastores[1]).toMatchObject(limits);
    expect(parseJob(jobDocument(parse(text), 'daily-offsite')).target).toMatchObject(limits);
  });

  it.each([
    ['    rate: 100mbit', 'datastores[1].rate  "100mbit" means bits; write bytes, an eighth of it: 12.5 MB'],
    ['    put-rate-limit: 0', 'datastores[1].put-rate-limit  0 is too low; wanted a whole number from 1 to 1000000'],
    ['    get-rate-limit: fast', 'datastores[1].get-rate-limit  "fast" is text; wanted a whole number from 1 to 1000000'],
    [
      '    timetable: [{ timeframe: 8-9 }]',
      'datastores[1].timetable[0].rate  is missing; add it: In place of the `rate` of the datastore',
    ],
  ])('are refused with %s', (line, fault) => {
    expect(faultsOf(withLimits(line))[0]).toContain(fault);
  });
});
