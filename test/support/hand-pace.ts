import type { Pace } from '../../lib/datastore/pace.ts';

/** A pace in a test's hand: it lets go what it is told to, and remembers all that was asked of it. */
export interface HandPace extends Pace {
  /** What was asked for, in order. */
  readonly taken: readonly number[];
  /** How much may go that nobody has asked for yet; less than 0 where more was asked for than may go. */
  readonly left: number;
  allow(amount: number): void;
  /** Refuses all that waits and all that comes. */
  refuse(error: Error): void;
}

export function handPace(allowed = 0): HandPace {
  const taken: number[] = [];
  const waiting: { readonly from: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  let refusal: Error | undefined;
  let sum = 0;
  const admit = (): void => {
    while (waiting[0] !== undefined && waiting[0].from <= allowed) waiting.shift()?.resolve();
  };
  return {
    taken,
    get left() {
      return allowed - sum;
    },
    take(amount) {
      taken.push(amount);
      sum += amount;
      if (refusal !== undefined) return Promise.reject(refusal);
      if (waiting.length === 0 && sum <= allowed) return undefined;
      return new Promise((resolve, reject) => waiting.push({ from: sum, resolve, reject }));
    },
    allow(amount) {
      allowed += amount;
      admit();
    },
    refuse(error) {
      refusal = error;
      for (const { reject } of waiting.splice(0)) reject(error);
    },
  };
}
