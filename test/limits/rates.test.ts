import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateOf } from '../../lib/limits/rate.ts';
import { startFleet, type Fleet } from './fleet.ts';

const MB = 1_000_000;
const MINUTE = 60_000;
const RUN = 80_000;
const KIB_16 = 16 * 1024;

/** `count` workers that have work all the time until `to`. */
function busy(fleet: Fleet, count: number, to: number, members: { size?: number; sockets?: number } = {}) {
  return Array.from({ length: count }, (_, n) => fleet.work({ from: (n * 1000) / count, to, size: KIB_16, ...members }));
}

describe.each([1, 4, 64])('a limit shared by %i workers', (count) => {
  it.each([
    ['1 MB/s', MB, KIB_16],
    ['100 MB/s', 100 * MB, 16 * KIB_16],
    ['10 requests/s', 10, 1],
  ])('of %s is met within 2 % over any minute, and never passed by more than the burst', async (_, rate, size) => {
    const fleet = startFleet(`${String(count)} ${String(rate)}`, () => rateOf(rate));
    const workers = busy(fleet, count, RUN, { size });
    await fleet.simulation.run(RUN);
    // Until each of them has been let go one of its own.
    const from = (1000 * 1.2 * count * size) / rate;
    expect(fleet.least(rate, { from: Math.ceil(from), to: RUN, length: MINUTE })).toBeGreaterThan(0.98);
    // A worker saves up for a request that costs more than its part of a second.
    expect(fleet.excess(rate)).toBeLessThan(size === 1 ? rate + count : rate);
    for (const worker of workers) {
      expect(worker.requests()).toBeLessThan(1.6 * 80);
      expect(worker.sent()).toBeGreaterThan((rate * 80) / count / 3 - size);
    }
  });

  it('goes evenly, second by second', async () => {
    const fleet = startFleet(`even ${String(count)}`, () => rateOf(10 * MB));
    busy(fleet, count, 30_000);
    await fleet.simulation.run(30_000);
    expect(fleet.least(10 * MB, { from: 5_000, to: 30_000, length: 1_000 })).toBeGreaterThan(0.75);
    expect(fleet.excess(10 * MB)).toBeLessThan(3 * MB);
  });
});

describe('a limit', () => {
  it('holds whatever workers come, pause, end and die, and whatever their clocks say', async () => {
    const worker = fc.record({
      from: fc.integer({ min: 0, max: 60_000 }),
      lasts: fc.integer({ min: 10, max: 60_000 }),
      sockets: fc.integer({ min: 1, max: 8 }),
      size: fc.constantFrom(1_000, KIB_16, 200_000),
      pause: fc.constantFrom(undefined, 20, 3_000),
      dies: fc.boolean(),
    });
    const cases = fc.record({
      seed: fc.string(),
      rate: fc.constantFrom(0.5 * MB, 5 * MB),
      seconds: fc.constantFrom(0, 1, 5),
      workers: fc.array(worker, { minLength: 1, maxLength: 24 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, rate, seconds, workers }) => {
        const fleet = startFleet(seed, () => rateOf(rate, rate * seconds));
        // One that has work all the time: so that whatever is lost shows.
        fleet.work({ from: 0, to: 70_000, size: KIB_16 });
        for (const { lasts, pause, ...each } of workers) {
          const idle = pause === undefined ? {} : { idle: () => pause };
          fleet.work({ ...each, to: each.from + lasts, ...idle });
        }
        await fleet.simulation.run(71_000);
        const sockets = workers.reduce((sum, each) => sum + each.sockets * each.size, 4 * KIB_16);
        expect(fleet.excess(rate)).toBeLessThan(rateOf(rate, rate * seconds).burst + sockets);
        // Whoever pauses loses what it holds by then, and whoever dies keeps it.
        const deaths = workers.filter(({ dies }) => dies).length;
        expect(fleet.least(rate, { from: 2_000, to: 70_000, length: MINUTE })).toBeGreaterThan(0.95 - 0.02 * deaths);
      }),
      { numRuns: 6 },
    );
  });

  it('lets a worker have what many others leave over', async () => {
    const fleet = startFleet('rest', () => rateOf(10 * MB));
    const others = Array.from({ length: 63 }, (_, n) =>
      fleet.work({ from: n * 10, to: 90_000, size: KIB_16, sockets: 1, idle: () => 2_000 }),
    );
    const hungry = fleet.work({ from: 0, to: 90_000, size: KIB_16 });
    await fleet.simulation.run(90_000);
    expect(fleet.least(10 * MB, { from: 2_000, to: 90_000, length: MINUTE })).toBeGreaterThan(0.98);
    expect(hungry.sent()).toBeGreaterThan(0.9 * 10 * MB * 90 - others.length * 45 * KIB_16);
  });

  it('lets a burst go at once after a rest, and no second one after it', async () => {
    const fleet = startFleet('burst', () => rateOf(MB, 20 * MB));
    // Awake all the time, so that the time that passed is known to have passed.
    fleet.work({ from: 0, to: 120_000, size: 1, sockets: 1, idle: () => 500 });
    fleet.work({ from: 60_000, to: 120_000, size: KIB_16, sockets: 16 });
    await fleet.simulation.run(120_000);
    expect(fleet.excess(MB)).toBeLessThan(20.5 * MB);
    expect(fleet.sent(60_000, 120_000)).toBeGreaterThan(60 * MB);
  });

  it('changes in the middle of a run, and may end', async () => {
    const fleet = startFleet('frames', (ms) => (ms < 20_000 ? rateOf(MB) : ms < 40_000 ? rateOf(4 * MB) : undefined));
    busy(fleet, 4, 41_200);
    await fleet.simulation.run(41_500);
    expect(fleet.sent(3_000, 20_000) / (17 * MB)).toBeCloseTo(1, 1);
    expect(fleet.sent(23_000, 40_000) / (17 * 4 * MB)).toBeCloseTo(1, 1);
    expect(fleet.sent(40_000, 41_500)).toBeGreaterThan(10 * 4 * MB);
  });

  it('that is lifted lets go at once what waits for it', async () => {
    const fleet = startFleet('lifted', (ms) => (ms < 3_000 ? rateOf(1) : undefined));
    fleet.work({ from: 0, to: 1, size: KIB_16 });
    await fleet.simulation.run(5_000);
    expect(fleet.sent(0, 5_000)).toBe(4 * KIB_16);
  });
});
