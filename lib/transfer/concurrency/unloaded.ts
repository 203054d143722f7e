import type { Durations, SpeedLog } from './speed.ts';

/** What transfers take while nobody waits for anybody, learned from the best rounds of a worker. */
export interface Unloaded {
  /** How many times longer this round took, at least 1. A size that was never seen before counts as unloaded. */
  delay(round: SpeedLog): number;
  learn(round: SpeedLog): void;
  /** This round is what it takes by now, whatever was learned before. */
  relearn(round: SpeedLog): void;
}

/** Means of fewer say too little. */
const MIN_COUNT = 6;

export function createUnloaded(): Unloaded {
  const best = new Map<number, number>();
  const solid = (round: SpeedLog): (readonly [number, Durations])[] =>
    [...round.entries()].filter(([, { count }]) => count >= MIN_COUNT);
  return {
    delay(round) {
      let [sum, count] = [0, 0];
      for (const [sizeClass, durations] of solid(round)) {
        sum += durations.count * (durations.mean - (best.get(sizeClass) ?? durations.mean));
        count += durations.count;
      }
      return count === 0 ? 1 : Math.max(1, Math.exp(sum / count));
    },
    learn(round) {
      for (const [sizeClass, { mean }] of solid(round)) {
        const known = best.get(sizeClass);
        // Half of the way: the fastest of many rounds was fast by chance, too.
        if (known === undefined) best.set(sizeClass, mean);
        else if (mean < known) best.set(sizeClass, (known + mean) / 2);
      }
    },
    relearn(round) {
      for (const [sizeClass, { mean }] of solid(round)) best.set(sizeClass, mean);
    },
  };
}
