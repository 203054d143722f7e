import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lagAt } from '../../../lib/sync/health/lag-at.ts';
import type { Behind } from '../../../lib/sync/report/lag.ts';

const HOUR = 3_600_000;
const START = Date.parse('2025-11-01T00:00:00Z');
const iso = (hour: number): string => new Date(START + hour * HOUR).toISOString();

const LOOKED = { asOf: iso(10) };

describe('how far a copy is behind', () => {
  it('is nothing, when nothing was missing at the last look', () => {
    expect(lagAt(LOOKED, [], START + 30 * HOUR)).toEqual({ state: 'current', seconds: 0, missing: 0, groups: 0, asOf: iso(10) });
  });

  it('runs from the oldest missing snapshot, and grows though newer ones go missing', () => {
    const groups = [{ missing: 2, since: iso(5), newest: iso(9) }, { missing: 1, since: iso(3), newest: iso(3) }, { missing: 0 }];
    expect(lagAt(LOOKED, groups, START + 12 * HOUR)).toEqual({
      ...{ state: 'behind', seconds: 9 * 3600, missing: 3, groups: 2, since: iso(3), newest: iso(9), asOf: iso(10) },
    });
  });

  it('is at most the time since the last look, while nobody can look', () => {
    const blind = { ...LOOKED, blindSince: iso(20) };
    expect(lagAt(blind, [], START + 30 * HOUR)).toMatchObject({ state: 'unknown', seconds: 20 * 3600, asOf: iso(10) });
    const groups = [{ missing: 1, since: iso(4), newest: iso(4) }];
    expect(lagAt(blind, groups, START + 30 * HOUR)).toMatchObject({ state: 'unknown', seconds: 26 * 3600, missing: 1 });
  });

  it('is not known before the first look, nor when that fails', () => {
    for (const looks of [undefined, { blindSince: iso(1) }]) {
      expect(lagAt(looks, [], START)).toEqual({ state: 'unknown', missing: 0, groups: 0 });
    }
  });

  it('is not known of a job of which no run has seen all, but no less than what is known to be missing', () => {
    expect(lagAt({}, [{ missing: 0 }], START)).toEqual({ state: 'unknown', missing: 0, groups: 0 });
    const groups = [{ missing: 2, since: iso(5), newest: iso(9) }, { missing: 0 }];
    expect(lagAt({}, groups, START + 12 * HOUR)).toMatchObject({ state: 'unknown', seconds: 7 * 3600, missing: 2, groups: 1 });
  });

  it('does not believe a look that is still to come', () => {
    const wrong = { asOf: '2036-01-01T00:00:00.000Z' };
    expect(lagAt(wrong, [], START)).toEqual({ state: 'unknown', missing: 0, groups: 0 });
  });

  it('is never below nothing, whatever the clocks say', () => {
    expect(lagAt(LOOKED, [{ missing: 1, since: iso(11), newest: iso(11) }], START + 10 * HOUR)).toMatchObject({
      state: 'behind',
      seconds: 0,
    });
  });

  /** Hours at which a group's missing snapshots were made; those at or before `copied` are older than its newest copy. */
  const group = fc.record({ hours: fc.uniqueArray(fc.nat(50), { maxLength: 6 }), copied: fc.nat(50) });

  it('is what a model says that counts hours', () => {
    const cases = fc.record({ all: fc.array(group, { maxLength: 5 }), now: fc.nat(80), look: fc.nat(50), blind: fc.boolean() });
    fc.assert(
      fc.property(cases, ({ all, now, look: at, blind }) => {
        const look = Math.min(at, now);
        const lag = lagAt({ asOf: iso(look), ...(blind && { blindSince: iso(look) }) }, all.map(behindOf), START + now * HOUR);
        const missing = all.flatMap(({ hours }) => hours);
        const late = all.flatMap(({ hours, copied }) => hours.filter((hour) => hour > copied));
        const hoursBehind = [...late, ...(blind ? [look] : [])].map((hour) => Math.max(0, now - hour));
        expect(lag.missing).toBe(missing.length);
        expect(lag.groups).toBe(all.filter(({ hours }) => hours.length > 0).length);
        expect(lag.seconds).toBe(Math.max(0, ...hoursBehind) * 3600);
        expect(lag.state).toBe(blind ? 'unknown' : missing.length > 0 ? 'behind' : 'current');
      }),
    );
  });
});

function behindOf({ hours, copied }: { hours: number[]; copied: number }): Behind {
  const late = hours.filter((hour) => hour > copied);
  return {
    missing: hours.length,
    ...(late.length > 0 && { since: iso(Math.min(...late)) }),
    ...(hours.length > 0 && { newest: iso(Math.max(...hours)) }),
  };
}
