import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isTime, lastTime, nextTime, tickInput, timesText } from '../../lib/schedule/schedule.ts';
import { readSchedules, type ScheduleFrame } from '../../lib/schedule/read-schedules.ts';
import { timesWithin } from '../calendar/times-within.ts';
import { scheduleOf } from './sample.ts';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const iso = (time: number | undefined): string | undefined => (time === undefined ? undefined : new Date(time).toISOString());

describe('the next time', () => {
  test.each<[string, Partial<ScheduleFrame>, string, string | undefined]>([
    ['daily', {}, '2026-11-21T10:00:00Z', '2026-11-22T00:00:00.000Z'],
    ['daily', { timezone: 'Europe/Berlin' }, '2026-11-21T10:00:00Z', '2026-11-21T23:00:00.000Z'],
    ['every 2h', { timezone: 'Europe/Berlin' }, '2026-11-21T10:00:00Z', '2026-11-21T12:00:00.000Z'],
    ['every 2h', {}, '2026-11-21T09:59:59.999Z', '2026-11-21T10:00:00.000Z'],
    ['hourly', { notBefore: '22:00', notAfter: '6:00' }, '2026-11-21T06:00:00Z', '2026-11-21T22:00:00.000Z'],
    ['hourly', { notBefore: '22:00', notAfter: '6:00' }, '2026-11-21T05:30:00Z', '2026-11-21T06:00:00.000Z'],
    ['*:0/15', { notAfter: '6:30' }, '2026-11-21T06:30:00Z', '2026-11-22T00:00:00.000Z'],
    ['every 6h', { notBefore: '7:00', timezone: 'Europe/Berlin' }, '2026-11-21T00:00:00Z', '2026-11-21T06:00:00.000Z'],
    ['every 24h', { notBefore: '12:00', notAfter: '13:00' }, '2026-11-21T00:00:00Z', undefined],
    ['12:00', { notBefore: '22:00', notAfter: '6:00' }, '2026-11-21T00:00:00Z', undefined],
    ['2020-1-1 0:00', {}, '2026-11-21T00:00:00Z', undefined],
  ])('of %s with %j after %s is %s', (text, frame, after, expected) => {
    expect(iso(nextTime(scheduleOf(text, frame), at(after)))).toBe(expected);
  });

  it('goes on where a window is open over a change of clocks, by what the event says', () => {
    // Berlin, 2026-03-29: there is no 02:30, which is a time of the schedule all the same and falls on 03:00.
    const schedule = scheduleOf('2:30', { timezone: 'Europe/Berlin', notAfter: '2:45' });
    expect(iso(nextTime(schedule, at('2026-03-28T12:00:00Z')))).toBe('2026-03-29T01:00:00.000Z');
  });
});

describe('the last time', () => {
  test.each<[string, string, string | undefined]>([
    ['daily', '2026-11-21T00:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['daily', '2026-11-21T23:59:59Z', '2026-11-21T00:00:00.000Z'],
    ['02-29', '2026-11-21T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2020-7..9-2/2', '2026-11-21T00:00:00Z', '2020-09-30T00:00:00.000Z'],
    ['2027-01-01 0:00', '2026-11-21T00:00:00Z', undefined],
    ['every 90m', '2026-11-21T01:29:00Z', '2026-11-21T00:00:00.000Z'],
  ])('of %s at %s is %s', (text, now, expected) => {
    expect(iso(lastTime(scheduleOf(text), at(now)))).toBe(expected);
  });

  it('is the one time with no other between it and now', () => {
    const texts = ['daily', '*:0/20', 'mon..fri 2:30', 'every 90m', 'every 2d', 'monthly', 'sun 1..3:0/30'];
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
    const frames = [{}, { notBefore: '22:00', notAfter: '6:15' }, { notAfter: '3:00' }];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom(...zones),
        fc.constantFrom(...frames),
        fc.integer({ min: at('2026-01-01T00:00:00Z') / 1000, max: at('2027-01-01T00:00:00Z') / 1000 }),
        (text, timezone, frame, second) => {
          const schedule = scheduleOf(text, { timezone, ...frame });
          const last = lastTime(schedule, second * 1000);
          if (last === undefined) return;
          expect(last).toBeLessThanOrEqual(second * 1000);
          expect(isTime(schedule, last)).toBe(true);
          expect(nextTime(schedule, last) ?? Infinity).toBeGreaterThan(second * 1000);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a window', () => {
  const minuteIn = (zone: string) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    return (time: number): string => format.format(time);
  };
  const zones = ['UTC', 'America/New_York'];
  test.each(zones.flatMap((zone) => ['*:0/10', 'every 10m'].map((text) => [text, zone] as const)))(
    'lets through those times of %s in %s that clocks show within it',
    (text, timezone) => {
      const [from, to] = [at('2026-11-20T00:00:00Z'), at('2026-11-22T00:00:00Z')];
      const show = minuteIn(timezone);
      const expected: number[] = [];
      for (let time = from; time < to; time += 10 * MINUTE) {
        if (show(time) >= '22:30' || show(time) <= '06:15') expected.push(time);
      }
      const schedule = scheduleOf(text, { timezone, notBefore: '22:30', notAfter: '6:15' });
      expect(timesWithin((after) => nextTime(schedule, after), from, to)).toEqual(expected);
    },
  );
});

describe('the input of an execution', () => {
  it('has the tick, the name of the schedule and its overrides', () => {
    const [, second] = readSchedules(
      [{ at: '22:30' }, { every: '2h' }, { name: 'full', at: 'sat 3:00', overrides: { 'resync-corrupt': true } }],
      { timezone: 'UTC' },
    );
    expect(second === undefined ? undefined : tickInput(second, at('2026-11-21T02:00:00Z'))).toEqual({
      'scheduled-time': '2026-11-21T02:00:00Z',
      'schedule-name': 'schedule-2',
    });
    const full = scheduleOf([{ name: 'full', at: 'sat 3:00', overrides: { 'resync-corrupt': true } }]);
    expect(tickInput(full, '<aws.scheduler.scheduled-time>')).toEqual({
      ...{ 'resync-corrupt': true, 'scheduled-time': '<aws.scheduler.scheduled-time>', 'schedule-name': 'full' },
    });
  });
});

it('tells schedules apart by what makes their times, not by jitter or overrides', () => {
  const base = timesText(scheduleOf('22:30'));
  expect(timesText(scheduleOf([{ at: '22:30', overrides: { verify: 'crc' } }], { jitter: '10m' }))).toBe(base);
  expect(timesText(scheduleOf('22:30', { timezone: 'Europe/Berlin' }))).not.toBe(base);
  expect(timesText(scheduleOf('22:30', { notAfter: '23:00' }))).not.toBe(base);
});
