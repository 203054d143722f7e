/** What may go: bytes or requests a second, and how much at once before that holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Workers settle with each other about once a second: a smaller burst could not be shared by them. */
const LEAST_BURST_SECONDS = 1;

/** The burst that is kept: what the rate allows in one second at least, which is also the default. */
export function rateOf(perSecond: number, burst = 0): Rate {
  return { perSecond, burst: Math.max(burst, perSecond * LEAST_BURST_SECONDS) };
}
