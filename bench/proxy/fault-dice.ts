import { seededRandom } from '../../test/support/random.ts';

/** What happens to a request; `share`, 0 to 1, is how much of its bytes pass before the connection is cut. */
export type Fate = { readonly kind: 'pass' } | { readonly kind: 'refuse' } | { readonly kind: 'cut'; readonly share: number };

export interface FaultDice {
  throw(): Fate;
}

/** Shares of all requests, 0 to 1, that are answered 503 or whose connection is cut. */
export interface FaultRates {
  readonly refuse: number;
  readonly cut: number;
}

const PASS: Fate = { kind: 'pass' };

export function makeDice({ refuse, cut }: FaultRates, seed: string): FaultDice {
  const random = seededRandom('flotilla bench faults', seed);
  return {
    throw: () => {
      if (refuse === 0 && cut === 0) return PASS;
      const thrown = random.fraction();
      if (thrown < refuse) return { kind: 'refuse' };
      return thrown < refuse + cut ? { kind: 'cut', share: random.fraction() } : PASS;
    },
  };
}
