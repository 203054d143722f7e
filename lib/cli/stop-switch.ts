/** Turns Ctrl-C into a request to end at the next safe point; sleeps end when it comes. */
export interface StopSwitch {
  asked(): boolean;
  ask(): void;
  /** From here on nothing is under way that has to come to a safe point, and nobody need be told that it does. */
  beQuiet(): void;
  readonly isQuiet: boolean;
  /** `awake` ends this one sleep early. */
  sleep(seconds: number, awake?: AbortSignal): Promise<void>;
}

export function stopSwitch(): StopSwitch {
  const stop = new AbortController();
  let isQuiet = false;
  return {
    asked: () => stop.signal.aborted,
    ask: () => stop.abort(),
    beQuiet: () => void (isQuiet = true),
    get isQuiet() {
      return isQuiet;
    },
    sleep: (seconds, awake) =>
      new Promise((resolve) => {
        const signals = [stop.signal, ...(awake === undefined ? [] : [awake])];
        const timer = setTimeout(end, signals.some(({ aborted }) => aborted) ? 0 : seconds * 1000);
        for (const signal of signals) signal.addEventListener('abort', end, { once: true });
        function end(): void {
          clearTimeout(timer);
          for (const signal of signals) signal.removeEventListener('abort', end);
          resolve();
        }
      }),
  };
}
