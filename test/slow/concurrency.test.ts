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

describe('autoConcurrency, where requests are refused by chance,', () => {
  for (const refused of [0.05, 0.2]) {
    for (const workers of [1, 4]) {
      it(`${String(refused * 100)} % of them, ${String(workers)} workers, finds out that fewer transfers do not help, and goes on`, () => {
        const shares = Object.values(OBJECTS).flatMap((objectBytes) =>
          [1, 80, 300].map((rttMs) => {
            const scenario = { seed: 'chance', workers, rttMs, mbitPerSecond: 500, objectBytes, sigma: 0.8, refused };
            return compareWithBestFixed(scenario, [60_000, 90_000]).share;
          }),
        );
        // One worker may take what was chance for its own doing for a while, and be slow, but never come to nothing.
        expect(Math.min(...shares)).toBeGreaterThan(0.15);
        expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.8);
      }, 600_000);
    }
  }
});
