import { describe, expect, test } from 'vitest';
import { describeEvent } from '../../lib/calendar/describe-event.ts';
import { parseEvent } from '../../lib/calendar/parse-event.ts';

describe('in words', () => {
  test.each([
    ['hourly', 'every hour'],
    ['22:30', 'at 22:30'],
    ['mon..fri 22:30', 'at 22:30 on Monday to Friday'],
    ['fri..mon 2:00', 'at 02:00 on Monday and Friday to Sunday'],
    ['*:0/15', 'every 15 minutes'],
    ['8..17:0/30', 'every 30 minutes during the hours 08 to 17'],
    ['monthly', 'at 00:00 on day 1 of each month'],
    ['quarterly', 'at 00:00 on day 1 of January, April, July and October'],
    ['mon *-*-1..7 3:00', 'at 03:00 on Monday if that is days 1 to 7 of each month'],
    ['2027-12-24 18:00 UTC', 'at 18:00 on day 24 of December in 2027 (UTC)'],
    ['12:00:*/20', 'every 20 seconds of minute 00 during the hour 12'],
    ['4..10/2:0', 'at 04:00, 06:00, 08:00 and 10:00'],
    ['5/0:10/0', 'at 05:10'],
  ])('%s is %s', (text, words) => {
    const parsed = parseEvent(text);
    expect('event' in parsed ? describeEvent(parsed.event) : parsed.problem).toBe(words);
  });
});

describe('what is refused says where and what to write', () => {
  test.each([
    ['', 'is empty'],
    [' daily', 'begins or ends with a blank'],
    ['0 22 * * *', 'this looks like cron'],
    ['Daily', 'keywords are in lower case'],
    ['25:00', 'has hour 25, which goes from 0 to 23'],
    ['12:60', 'has minute 60'],
    ['13-01', 'has month 13'],
    ['2200-01-01', 'has year 2200'],
    ['5..3:00', 'ends before it begins'],
    ['funday 2:00', '"funday"'],
    ['2:30pm', 'hours go from 0 to 23'],
    ['mon..', 'at ""'],
    ['1:2:3:4', 'is not understood'],
    ['01~03 2:00', 'not known to PBS'],
  ])('%j', (text, problem) => {
    const parsed = parseEvent(text);
    const told = 'problem' in parsed ? parsed.problem : '';
    expect(told).toContain(problem);
    expect(told).toContain('write it as PBS does');
  });
});
