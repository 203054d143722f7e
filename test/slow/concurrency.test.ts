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

/** Where packets are lost, a round of transfers says less, and it takes some seconds longer to get there. */
const leastShare = ({ loss }: Partial<Scenario>): number => (loss === undefined ? 0.95 : 0.85);

describe('autoConcurrency moves at least 95 % (85 % where packets are lost) of what the best fixed number moves, after 20 s', () => {
  for (const [objects, objectBytes] of Object.entries(OBJECTS)) {
    for (const workers of [1, 4]) {
      for (const [trouble, more] of Object.entries(TROUBLE)) {
        it(`with ${objects}, ${String(workers)} workers, ${trouble}, over links from 10 Mbit/s to 10 Gbit/s, 1 to 300 ms`, () => {
          const low: string[] = [];
          for (const rttMs of [1, 80, 300]) {
            for (const mbitPerSecond of [10, 500, 10_000]) {
              const { share } = compareWithBestFixed({
                seed: 'grid',
                workers,
                rttMs,
                mbitPerSecond,
                objectBytes,
                sigma: 0.8,
                ...more,
              });
              if (share < leastShare(more)) low.push(`${String(rttMs)} ms, ${String(mbitPerSecond)} Mbit/s: ${share.toFixed(3)}`);
            }
          }
          expect(low).toEqual([]);
        }, 600_000);
      }
    }
  }
});
