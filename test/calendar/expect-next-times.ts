import fc from 'fast-check';
import { expect } from 'vitest';
import { nextAfter } from '../../lib/calendar/next-after.ts';
import { eventOf } from './event-of.ts';
import { matchesBySecond, spelledEvents } from './second-by-second.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
/** Days on which some of these zones change their clocks, and days on which none does. */
const DAYS = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-10-04', '2026-04-05', '2026-02-28', '2024-02-28'];

/** Asks so many events of all kinds for their next time, near one of those days, and the model whether that is it. */
export function expectNextTimes(numRuns: number): void {
  const offsets = fc.integer({ min: -43_200, max: 129_600 });
  fc.assert(
    fc.property(
      spelledEvents,
      fc.constantFrom(...ZONES),
      fc.constantFrom(...DAYS),
      offsets,
      ({ text, spec }, zone, day, offset) => {
        const after = Date.parse(`${day}T00:00:00Z`) + offset * 1000;
        const until = after + 2 * 3600 * 1000;
        const expected = matchesBySecond(spec, zone, after, until);
        const found = nextAfter(eventOf(text), after, zone);
        expect(found !== undefined && found <= until ? found : undefined).toBe(expected);
      },
    ),
    { numRuns },
  );
}
