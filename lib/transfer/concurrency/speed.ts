/** How long transfers took, kept apart by their size: within a factor of two of each other they are comparable. */
export interface SpeedLog {
  readonly count: number;
  add(bytes: number, ms: number): void;
  entries(): Iterable<readonly [sizeClass: number, Durations]>;
}

/** Mean and spread of the logarithm of durations: one straggler in a hundred moves it little, as it would not move a median. */
export interface Durations {
  readonly count: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly spread: number;
}

export function createSpeedLog(): SpeedLog {
  const classes = new Map<number, { count: number; mean: number; spread: number }>();
  let total = 0;
  return {
    get count() {
      return total;
    },
    add(bytes, ms) {
      const sizeClass = Math.floor(Math.log2(Math.max(1, bytes)));
      const durations = classes.get(sizeClass) ?? { count: 0, mean: 0, spread: 0 };
      classes.set(sizeClass, durations);
      const value = Math.log(Math.max(1, ms));
      const before = value - durations.mean;
      total += 1;
      durations.count += 1;
      durations.mean += before / durations.count;
      durations.spread += before * (value - durations.mean);
    },
    entries: () => classes.entries(),
  };
}

/** How much longer transfers of the same sizes took, as a factor, and the standard error of its logarithm. */
export interface Slowdown {
  readonly factor: number;
  readonly error: number;
}

/** What `later` took over `earlier`. Undefined while they have too little in common to say. */
export function slowdown(earlier: SpeedLog, later: SpeedLog): Slowdown | undefined {
  const of = new Map(earlier.entries());
  let [weights, sum, spread, count, classes] = [0, 0, 0, 0, 0];
  for (const [sizeClass, b] of later.entries()) {
    const a = of.get(sizeClass);
    if (a === undefined) continue;
    const weight = (a.count * b.count) / (a.count + b.count);
    weights += weight;
    sum += weight * (b.mean - a.mean);
    spread += a.spread + b.spread;
    count += a.count + b.count;
    classes += 2;
  }
  if (weights < MIN_WEIGHT) return undefined;
  return { factor: Math.exp(sum / weights), error: Math.sqrt(spread / Math.max(1, count - classes) / weights) };
}

/** Four transfers on each side. */
const MIN_WEIGHT = 2;
