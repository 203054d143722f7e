/** The clocks and timers of a process, handed in. */
export interface PaceClock {
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  /** Epoch milliseconds. */
  readonly date: () => number;
  /** Calls `wake` once, `ms` from now; the function that comes back takes that back. */
  readonly after: (ms: number, wake: () => void) => () => void;
  /** 0 to 1. */
  readonly random: () => number;
}
