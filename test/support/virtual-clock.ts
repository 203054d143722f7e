/** A clock that shows the time of its next timer as soon as nothing else is to be done. Times are epoch milliseconds. */
export interface VirtualClock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Ends all sleeps. */
  readonly wake: () => void;
  /** Lets time pass until it is `until`. */
  readonly runTo: (until: number) => Promise<void>;
}

export function virtualClock(from: number): VirtualClock {
  let now = from;
  let timers: { readonly at: number; readonly end: () => void }[] = [];
  return {
    now: () => now,
    sleep: (milliseconds) => new Promise((end) => void timers.push({ at: now + milliseconds, end })),
    wake: () => {
      for (const { end } of timers.splice(0)) end();
    },
    runTo: async (until) => {
      for (;;) {
        await new Promise(setImmediate);
        const [first, ...others] = timers.toSorted((a, b) => a.at - b.at);
        if (first === undefined || first.at > until) break;
        timers = others;
        now = Math.max(now, first.at);
        first.end();
      }
      now = until;
    },
  };
}
