import { describe, expect, test } from 'vitest';
import { nextAfter } from '../../lib/calendar/next-after.ts';
import { expectNextTimes } from './expect-next-times.ts';
import { eventOf } from './event-of.ts';
import { timesWithin } from './times-within.ts';

const next = (text: string, after: string, zone = 'UTC'): string | undefined => {
  const found = nextAfter(eventOf(text), Date.parse(after), zone);
  return found === undefined ? undefined : new Date(found).toISOString().replace('.000Z', 'Z');
};

describe("upstream's own test vectors (facts/pbs.md 6.1)", () => {
  test.each([
    ['02-29', '1970-01-01T00:00:00Z', '1972-02-29T00:00:00Z'],
    ['1965/5-01-01', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z'],
    ['2020-7..9-2/2', '2020-07-31T00:00:00Z', '2020-08-02T00:00:00Z'],
    ['mon 2:50', '1970-01-01T00:00:00Z', '1970-01-05T02:50:00Z'],
    ['weekly', '1970-01-01T00:00:00Z', '1970-01-05T00:00:00Z'],
    ['02-30', '1970-01-01T00:00:00Z', undefined],
  ])('%s after %s is %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });
});

describe('keywords and parts', () => {
  test.each([
    ['minutely', '2026-11-21T10:00:00Z', '2026-11-21T10:01:00Z'],
    ['hourly', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'],
    ['daily', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['monthly', '2026-11-21T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['quarterly', '2026-11-21T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['semi-annually', '2026-11-21T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['yearly', '2026-11-21T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['0', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'],
    ['*', '2026-11-21T10:00:00Z', '2026-11-21T10:01:00Z'],
    ['*:0/15', '2026-11-21T10:01:00Z', '2026-11-21T10:15:00Z'],
    ['fri..mon 8..10/2:30', '2026-11-20T10:30:00Z', '2026-11-21T08:30:00Z'],
    ['MONDAY 1:00', '2026-11-21T00:00:00Z', '2026-11-23T01:00:00Z'],
    ['sat2:50', '2026-11-21T00:00:00Z', '2026-11-21T02:50:00Z'],
    ['7/0:5', '2026-11-21T00:00:00Z', '2026-11-21T07:05:00Z'],
    ['12:00:*/20', '2026-11-21T12:00:00Z', '2026-11-21T12:00:20Z'],
  ])('%s after %s is %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  test('UTC in the event goes before the zone that is configured', () => {
    expect(next('2:00 UTC', '2026-06-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-06-01T02:00:00Z');
    expect(next('2:00', '2026-06-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-06-02T00:00:00Z');
  });
});

describe('when clocks change', () => {
  test('a time that the day does not have falls on the next minute that exists', () => {
    // Berlin, 2026-03-29: 01:59:59 CET is followed by 03:00:00 CEST.
    expect(next('2:30', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:00:00Z');
    expect(next('2:30', '2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00Z');
  });

  test('a time that comes twice counts once', () => {
    // Berlin, 2026-10-25: 02:00 to 02:59 comes in CEST and again in CET.
    expect(next('2:30', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
    expect(next('2:30', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30:00Z');
  });

  test('a zone that changes by half an hour', () => {
    // Lord Howe, 2026-10-04: 02:00 becomes 02:30.
    expect(next('2:10', '2026-10-03T12:00:00Z', 'Australia/Lord_Howe')).toBe('2026-10-03T15:30:00Z');
  });

  test('a day that a zone left out', () => {
    // Apia went over the date line: there was no 2011-12-30.
    expect(next('2011-12-30 12:00', '2011-12-29T00:00:00Z', 'Pacific/Apia')).toBe('2011-12-30T10:00:00Z');
  });
});

test('many times in a row do not repeat one', () => {
  const from = Date.parse('2026-10-24T22:00:00Z');
  const times = timesWithin((after) => nextAfter(eventOf('*:0/30'), after, 'Europe/Berlin'), from, from + 10 * 3_600_000);
  // One of these hours comes twice.
  expect(new Set(times).size).toBe(18);
  expect(times).toHaveLength(18);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('every next time is the one that a search second by second finds', () => {
  expectNextTimes(40);
});
