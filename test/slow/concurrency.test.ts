import { describe, expect, it } from 'vitest';
import { CHUNKS, compareWithBestFixed, SMALL } from '../transfer/concurrency/best-fixed.ts';
import type { Scenario } from '../transfer/concurrency/simulated-link.ts';

const OBJECTS = { 'small objects': SMALL, chunks: CHUNKS };
const TROUBLE: Readonly<Record<string, Partial<Scenario>>> = {
  'noisy latencies': {},
  'packets lost by chance': { loss: 1e-4 },
  'a provider that throttles at 300 requests/s': { requestsPerSecond: 300 },
  'a provider that throttles at 3,500 requests/s': { requestsPerSecond: 3_500 },
};

/** Where a hundred connections at once fill the link, and lose packets, new ones are fast for the first ten seconds: more look needless. */
const leastShare = ({ loss, rttMs, mbitPerSecond }: Scenario): number =>
  loss !== undefined && rttMs === 80 && mbitPerSecond === 10_000 ? 0.85 : 0.95;

describe('autoConcurrency moves at least 95 % of what the best fixed number moves, after 20 s (85 % over 80 ms, 10 Gbit/s and losses)', () => {
  for (const [objects, objectBytes] of Object.entries(OBJECTS)) {
    for (const workers of [1, 4]) {
      for (const [trouble, more] of Object.entries(TROUBLE)) {
        it(`with ${objects}, ${String(workers)} workers, ${trouble}, over links from 10 Mbit/s to 10 Gbit/s, 1 to 300 ms`, () => {
          const low: string[] = [];
          for (const rttMs of [1, 80, 300]) {
            for (const mbitPerSecond of [10, 500, 10_000]) {
              const link = { rttMs, mbitPerSecond, objectBytes, sigma: 0.8, ...more };
              const scenario: Scenario = { seed: 'grid', workers, ...link };
              const { share } = compareWithBestFixed(scenario);
              if (share < leastShare(scenario))
                low.push(`${String(rttMs)} ms, ${String(mbitPerSecond)} Mbit/s: ${share.toFixed(3)}`);
            }
          }
          expect(low).toEqual([]);
        }, 600_000);
      }
    }
  }
});
