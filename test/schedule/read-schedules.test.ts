import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../lib/schedule/duration.ts';
import {
  clockProblem,
  closedSchedules,
  everyProblem,
  jitterProblem,
  readSchedules,
  timesProblem,
} from '../../lib/schedule/read-schedules.ts';

describe('what is refused says why', () => {
  test.each<[(text: string) => string | undefined, string, string | undefined]>([
    [timesProblem, 'mon..fri 22:30', undefined],
    [timesProblem, 'every 2h', undefined],
    [timesProblem, '0 22 * * *', 'this looks like cron'],
    [timesProblem, '12:00:30', 'leave them out'],
    [timesProblem, '02-30', 'never comes'],
    [timesProblem, '1960-01-01', 'no year from 1970 on'],
    [timesProblem, 'every 90s', 'no whole number of minutes'],
    [timesProblem, 'every 0m', 'no whole number of minutes'],
    [timesProblem, 'every 40d', 'longer than 31d'],
    [everyProblem, '2 hours', undefined],
    [everyProblem, '2 moons', 'unit moons'],
    [everyProblem, 'often', 'no time span'],
    [jitterProblem, '15min', undefined],
    [jitterProblem, '25h', 'longer than a day'],
    [jitterProblem, '30s', 'no whole number of minutes'],
    [clockProblem, '6:00', undefined],
    [clockProblem, '24:00', 'no time of day'],
    [clockProblem, '6:60', 'no time of day'],
    [clockProblem, '6', 'no time of day'],
  ])('%o: %s', (problemOf, text, problem) => {
    if (problem === undefined) expect(problemOf(text)).toBeUndefined();
    else expect(problemOf(text)).toContain(problem);
  });

  test('schedules that their window never lets start', () => {
    const frame = { timezone: 'UTC', notBefore: '22:00', notAfter: '6:00' };
    const schedules = readSchedules([{ at: '12:00' }, { at: '23:00' }, { every: '1d' }, { every: '12h', name: 'noon' }], frame);
    expect(closedSchedules(schedules).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('time spans', () => {
  test.each([
    ['90m', 5_400_000, '1h 30m'],
    ['1h 30min', 5_400_000, '1h 30m'],
    ['1h30m', 5_400_000, '1h 30m'],
    ['2 weeks', 1_209_600_000, '14d'],
    ['45 s', 45_000, '45s'],
    ['0s', 0, '0s'],
  ])('%s is %d ms, which is %s', (text, ms, words) => {
    expect(parseDuration(text)).toEqual({ ms });
    expect(formatDuration(ms)).toBe(words);
  });
});
