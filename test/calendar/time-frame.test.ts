import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, localTime, parseTimeFrame, type TimeFrame } from '../../lib/calendar/time-frame.ts';

function frame(text: string): TimeFrame {
  const parsed = parseTimeFrame(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

/** Monday is 0. */
const within = (text: string, weekday: number, hour: number, minute = 0): boolean =>
  isWithin(frame(text), { weekday, minute: hour * 60 + minute });

describe('a time frame', () => {
  it('is of all days when it names none, and ends before its end', () => {
    expect([0, 3, 6].map((weekday) => within('8-12:30', weekday, 8))).toEqual([true, true, true]);
    expect(within('8-12:30', 0, 7, 59)).toBe(false);
    expect(within('8-12:30', 0, 12, 29)).toBe(true);
    expect(within('8-12:30', 0, 12, 30)).toBe(false);
  });

  it.each<[string, readonly number[]]>([
    ['mon..fri 8-18', [0, 1, 2, 3, 4]],
    ['fri..mon 8:00 - 18:00', [0, 4, 5, 6]],
    ['Saturday,SUN  8-18', [5, 6]],
    ['mon,wed..thu,mon 8-18', [0, 2, 3]],
    ['sun..sat 08:00-18:00', [0, 1, 2, 3, 4, 5, 6]],
  ])('%s is of the days that PBS reads', (text, weekdays) => {
    expect(frame(text).weekdays).toEqual(weekdays);
    expect([0, 1, 2, 3, 4, 5, 6].filter((weekday) => within(text, weekday, 12))).toEqual(weekdays);
  });

  it('may end at midnight, or on the day after the one that it names', () => {
    expect([within('fri 18-24', 4, 23, 59), within('fri 18-24', 5, 0)]).toEqual([true, false]);
    expect([within('fri 22-6', 4, 22), within('fri 22-6', 5, 5, 59), within('fri 22-6', 5, 6)]).toEqual([true, true, false]);
    expect([within('fri 22-6', 4, 5), within('fri 22-6', 5, 22)]).toEqual([false, false]);
    expect([within('sat 22-6', 6, 3), within('0-24', 3, 0), within('0-24', 3, 23, 59)]).toEqual([true, true, true]);
    expect([within('22-0', 3, 23), within('22-0', 3, 0)]).toEqual([true, false]);
  });

  it.each([
    ['', 'is no time frame'],
    ['mon..fri', 'is no time frame'],
    ['8', 'is no time frame'],
    ['8..12', 'is no time frame'],
    ['8:0-12', 'is no time frame'],
    ['-1-5', 'is no time frame'],
    ['8-25', 'has a time that no day has'],
    ['24-25', 'has a time that no day has'],
    ['24-8', 'has a time that no day has'],
    ['8:60-9', 'has a time that no day has'],
    ['8-24:01', 'has a time that no day has'],
    ['8-8:00', 'ends when it begins; the whole day is 0-24'],
    ['moon 8-9', 'has no weekdays before its time that are known'],
    ['mon.. 8-9', 'has no weekdays before its time that are known'],
    ['mon..tue..wed 8-9', 'has no weekdays before its time that are known'],
    ['mon, 8-9', 'has no weekdays before its time that are known'],
  ])('is refused when it is %j', (text, problem) => {
    expect(parseTimeFrame(text)).toEqual({ problem: expect.stringContaining(problem) as string });
  });

  it('and the one that begins where it ends share the week between them', () => {
    const time = fc.record({ hour: fc.nat(23), minute: fc.nat(59) });
    const write = ({ hour, minute }: { hour: number; minute: number }): string => `${hour}:${String(minute).padStart(2, '0')}`;
    fc.assert(
      fc.property(time, time, fc.nat(6), fc.nat(24 * 60 - 1), (a, b, weekday, minute) => {
        fc.pre(write(a) !== write(b));
        const [one, other] = [frame(`${write(a)}-${write(b)}`), frame(`${write(b)} - ${write(a)}`)];
        expect(isWithin(one, { weekday, minute })).toBe(!isWithin(other, { weekday, minute }));
      }),
    );
  });
});

describe('local time', () => {
  it.each([
    ['UTC', '2025-11-01T23:59:59.999Z', 5, 23 * 60 + 59],
    ['UTC', '2025-11-02T00:00:00Z', 6, 0],
    ['Europe/Berlin', '2025-11-01T23:30:00Z', 6, 30],
    ['America/New_York', '2025-11-01T03:15:00Z', 4, 23 * 60 + 15],
    ['Asia/Kolkata', '2025-11-01T00:00:00Z', 5, 5 * 60 + 30],
    // An hour that is there twice, and one that is not there at all.
    ['Europe/Berlin', '2025-10-26T00:30:00Z', 6, 2 * 60 + 30],
    ['Europe/Berlin', '2025-10-26T01:30:00Z', 6, 2 * 60 + 30],
    ['Europe/Berlin', '2025-03-30T00:59:00Z', 6, 1 * 60 + 59],
    ['Europe/Berlin', '2025-03-30T01:00:00Z', 6, 3 * 60],
  ])('in %s at %s is weekday %i, minute %i', (timezone, date, weekday, minute) => {
    expect(localTime(Date.parse(date), timezone)).toEqual({ weekday, minute });
  });
});
