import type { ConcurrencyController } from './controller.ts';

/** What a throttled transfer takes off the limit, and the part of `wanted` that a whole round of transfers gives back. */
const DECREASE = 0.5;
const INCREASE_A_ROUND = 1 / 32;

/**
 * `wanted` transfers at once while no provider throttles. The limit falls by half of the share that is throttled and climbs
 * back by as much for each round whatever happens, so it rests where a share of `wanted / limit / 16` is throttled: a provider
 * that can do half as much is asked for hardly more, and one that refuses by chance does not stop the worker.
 */
export function fixedConcurrency(wanted: number): ConcurrencyController {
  let limit = wanted;
  return {
    get limit() {
      return Math.floor(limit);
    },
    begun: () => undefined,
    ended({ outcome }) {
      const change = (wanted * INCREASE_A_ROUND) / limit - (outcome === 'throttled' ? DECREASE : 0);
      limit = Math.min(wanted, Math.max(1, limit + change));
    },
  };
}
