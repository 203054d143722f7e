import { describe, expect, test } from 'vitest';
import { planCron } from '../../lib/calendar/eventbridge-cron.ts';
import { isTime, nextAfter } from '../../lib/calendar/next-after.ts';
import { eventOf } from './event-of.ts';
import { firings } from './eventbridge-model.ts';
import { timesWithin } from './times-within.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');

describe('expressions', () => {
  test.each([
    ['daily', ['cron(0 0 * * ? *)']],
    ['mon..fri 22:30', ['cron(30 22 ? * 2-6 *)']],
    ['*:0/15', ['cron(0,15,30,45 * * * ? *)']],
    ['2,14:00', ['cron(0 2,14 * * ? *)']],
    ['quarterly', ['cron(0 0 1 1,4,7,10 ? *)']],
    ['2020-7..9-2/2', ['cron(0 0 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 7-9 ? 2020)']],
  ])('%s is exactly %j', (text, expressions) => {
    expect(planCron(eventOf(text), 'UTC', NOW)).toEqual({ expressions, zone: 'UTC', exact: true });
  });

  test('an event that says UTC is planned in UTC', () => {
    expect(planCron(eventOf('2:30 UTC'), 'Europe/Berlin', NOW)).toMatchObject({ zone: 'UTC', exact: true });
  });

  test('a time that some days do not have gets an expression for the minute after it', () => {
    expect(planCron(eventOf('2:30'), 'Europe/Berlin', NOW)).toEqual({
      ...{ expressions: ['cron(30 2 * * ? *)', 'cron(0 3 ? 3 1 *)'], zone: 'Europe/Berlin', exact: false },
    });
  });

  test('seconds are refused', () => {
    expect(planCron(eventOf('12:00:30'), 'UTC', NOW)).toMatchObject({ problem: expect.stringContaining('seconds') as unknown });
  });

  test('no expression is longer than EventBridge takes', () => {
    const plan = planCron(eventOf('1971/3-1/2-1/2 1/5:2/7'), 'UTC', NOW);
    if ('problem' in plan) throw new Error(plan.problem);
    for (const expression of plan.expressions) expect(expression.length).toBeLessThanOrEqual(256);
  });
});

describe('what EventBridge starts is what the calendar names', () => {
  const events = [
    '2:30',
    'hourly',
    '*:0/20',
    'mon *-*-1..7 3:00',
    'sat,sun 2:00',
    '*-*-29 02:15',
    'sun 1..3:0/30',
    '2027-*-15 6:00',
  ];
  const zones = ['Europe/Berlin', 'Australia/Lord_Howe'];
  test.each(zones.flatMap((zone) => events.map((text) => [text, zone] as const)))('%s in %s', (text, zone) => {
    const event = eventOf(text);
    const plan = planCron(event, zone, NOW);
    if ('problem' in plan) throw new Error(plan.problem);
    // Each of these days has a change of clocks in one of the zones.
    for (const day of ['2027-03-28', '2027-04-04', '2027-10-03', '2027-10-31']) {
      const from = Date.parse(`${day}T00:00:00Z`) - 86_400_000;
      const until = from + 3 * 86_400_000;
      const fired = firings(plan.expressions, plan.zone, from, until).filter((at) => plan.exact || isTime(event, at, zone));
      expect(fired).toEqual(timesWithin((after) => nextAfter(event, after, zone), from, until));
    }
  });
});
