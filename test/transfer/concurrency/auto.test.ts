import { describe, expect, it } from 'vitest';
import { autoConcurrency } from '../../../lib/transfer/concurrency/auto.ts';
import { CHUNKS, compareWithBestFixed, runAuto, SMALL } from './best-fixed.ts';
import type { Scenario } from './simulated-link.ts';

const near: Scenario = { seed: 'near', workers: 1, rttMs: 1, mbitPerSecond: 10_000, objectBytes: CHUNKS, sigma: 0.8 };
const far: Scenario = { seed: 'far', workers: 1, rttMs: 80, mbitPerSecond: 500, objectBytes: CHUNKS, sigma: 0.8 };

describe('autoConcurrency', () => {
  // test/slow/concurrency.test.ts has all combinations.
  const scenarios: readonly (readonly [string, Scenario])[] = [
    ['a fast link next door', near],
    ['a slow link', { ...far, mbitPerSecond: 10, rttMs: 20 }],
    ['a far link', far],
    ['a far link shared by four workers', { ...far, workers: 4 }],
    ['a link around the world that is hardly ever full', { ...far, rttMs: 300, mbitPerSecond: 10_000 }],
    ['small objects over a far link', { ...far, objectBytes: SMALL }],
    ['small objects around the world', { ...far, rttMs: 300, objectBytes: SMALL }],
    ['packets lost by chance', { ...far, loss: 1e-4 }],
    ['latencies of any length', { ...far, sigma: 1.5, serverMs: 50 }],
    ['a provider that throttles', { ...far, rttMs: 20, objectBytes: SMALL, requestsPerSecond: 300 }],
    ['a provider that throttles four workers', { ...far, rttMs: 20, objectBytes: SMALL, requestsPerSecond: 300, workers: 4 }],
  ];
  it.each(scenarios)('over or with %s moves, after 20 s, nearly all that the best fixed number moves', (_, scenario) => {
    expect(compareWithBestFixed(scenario).share).toBeGreaterThan(0.95);
  });

  it('takes hundreds where only hundreds fill the link, and few where few do', () => {
    expect(runAuto({ ...far, rttMs: 300, objectBytes: SMALL }, [20_000, 40_000]).inFlight).toBeGreaterThan(200);
    expect(runAuto({ ...far, rttMs: 20 }, [20_000, 40_000]).inFlight).toBeLessThan(64);
  });

  it('is refused by a throttling provider one time in ten at most', () => {
    const throttling: Scenario = { ...far, rttMs: 20, objectBytes: SMALL, requestsPerSecond: 300 };
    expect(runAuto(throttling, [20_000, 60_000]).refusedShare).toBeLessThan(0.1);
  });

  it('does not collapse before a provider that refuses one request in five by chance', () => {
    const chance: Scenario = { ...far, refused: 0.2 };
    const patient = compareWithBestFixed({ ...chance, seed: 'patient' }).share;
    expect(patient).toBeGreaterThan(0.5);
  });

  it('finds its way when the link becomes ten times as fast, or four times as far', () => {
    const span = [60_000, 80_000] as const;
    const faster = { atMs: 30_000, rate: 10, rttMs: 20 };
    const wide = runAuto({ ...far, rttMs: 20, mbitPerSecond: 100, change: faster }, span).bytesPerSecond;
    expect(wide).toBeGreaterThan(0.95 * 125_000_000);
    const farther = { atMs: 30_000, rate: 1, rttMs: 80 };
    const distant = runAuto({ ...far, rttMs: 20, mbitPerSecond: 100, change: farther }, span).bytesPerSecond;
    expect(distant).toBeGreaterThan(0.95 * 12_500_000);
  });

  it('keeps within its bounds, and stays where it is while there is not enough to do', () => {
    const controller = autoConcurrency({ min: 4, max: 32 });
    expect(controller.limit).toBe(8);
    for (let now = 0; now < 100_000; now += 100) {
      controller.begun(now);
      controller.ended({ now: now + 90, startedAt: now, bytes: 1000, outcome: 'moved' });
    }
    expect(controller.limit).toBe(8);
    expect(autoConcurrency({ min: 1, max: 4 }).limit).toBe(4);
  });

  it('says nothing of transfers that failed', () => {
    const controller = autoConcurrency({ min: 2, max: 64 });
    for (let now = 0; now < 100_000; now += 100) {
      controller.begun(now);
      controller.ended({ now: now + 90, startedAt: now, bytes: 0, outcome: 'failed' });
    }
    expect(controller.limit).toBe(8);
  });
});
