import { describe, expect, it, test } from 'vitest';
import { planExpressions } from '../../lib/schedule/aws.ts';
import { describeSchedule } from '../../lib/schedule/describe.ts';
import { isTime, nextTime } from '../../lib/schedule/schedule.ts';
import type { ScheduleFrame } from '../../lib/schedule/read-schedules.ts';
import { firings } from '../calendar/eventbridge-model.ts';
import { timesWithin } from '../calendar/times-within.ts';
import { scheduleOf } from './sample.ts';

describe('expressions', () => {
  test.each<[string, Partial<ScheduleFrame>, string[], boolean]>([
    ['every 2h', {}, ['cron(0 0,2,4,6,8,10,12,14,16,18,20,22 * * ? *)'], true],
    ['every 5m', {}, ['cron(0,5,10,15,20,25,30,35,40,45,50,55 * * * ? *)'], true],
    ['every 90m', {}, ['cron(0 0,3,6,9,12,15,18,21 * * ? *)', 'cron(30 1,4,7,10,13,16,19,22 * * ? *)'], true],
    ['every 5h', {}, ['cron(0 * * * ? *)'], false],
    ['every 1d', {}, ['cron(0 0 * * ? *)'], true],
    ['every 2d', {}, ['cron(0 0 * * ? *)'], false],
    ['every 36h', {}, ['cron(0 0,12 * * ? *)'], false],
    ['hourly', { notBefore: '22:30', notAfter: '1:00' }, ['cron(0 0-1,23 * * ? *)'], true],
    [
      '*:0/20',
      { notBefore: '22:30', notAfter: '0:20' },
      ['cron(0,20 0 * * ? *)', 'cron(40 22 * * ? *)', 'cron(0,20,40 23 * * ? *)'],
      true,
    ],
  ])('of %s with %j are %j', (text, frame, expressions, exact) => {
    expect(planExpressions(scheduleOf(text, frame))).toEqual({ expressions, zone: 'UTC', exact });
  });

  it('are few and short for every interval', () => {
    for (let minutes = 1; minutes <= 1440; minutes += 7) {
      const { expressions } = planExpressions(scheduleOf(`every ${String(minutes)}m`));
      expect(expressions.length).toBeLessThanOrEqual(8);
      for (const expression of expressions) expect(expression.length).toBeLessThanOrEqual(256);
    }
  });
});

describe('what EventBridge starts, and the start lets through, are the times of the schedule', () => {
  const texts = ['every 7m', 'every 90m', 'every 5h', 'every 2d', '*:0/20', '2:30', 'mon *-*-1..7 3:00'];
  const frames = [{}, { notBefore: '22:30', notAfter: '2:45' }];
  const zones = ['UTC', 'Europe/Berlin'];
  const cases = texts.flatMap((text) =>
    frames.flatMap((frame) => zones.map((timezone) => [text, { ...frame, timezone }] as const)),
  );
  test.each(cases)('%s with %j', (text, frame) => {
    const schedule = scheduleOf(text, frame);
    const { expressions, zone, exact } = planExpressions(schedule);
    // Each of these days has a change of clocks in one of the zones.
    for (const day of ['2027-03-28', '2027-10-31']) {
      const from = Date.parse(`${day}T00:00:00Z`) - 43_200_000;
      const until = from + 2 * 86_400_000;
      const fired = firings(expressions, zone, from, until).filter((time) => exact || isTime(schedule, time));
      expect(fired).toEqual(timesWithin((after) => nextTime(schedule, after), from, until));
    }
  });
});

describe('in words', () => {
  test.each<[string, Partial<ScheduleFrame>, string]>([
    [
      'mon..fri 22:30',
      { timezone: 'Europe/Berlin', jitter: '10m' },
      'at 22:30 on Monday to Friday, Europe/Berlin, up to 10m later',
    ],
    ['every 90m', { timezone: 'Europe/Berlin' }, 'every 1h 30m, counted from 1970 in UTC'],
    ['hourly', { notBefore: '22:00', notAfter: '6:00' }, 'every hour, UTC, between 22:00 and 06:00'],
  ])('%s with %j is %s', (text, frame, words) => {
    expect(describeSchedule(scheduleOf(text, frame))).toBe(words);
  });
});
