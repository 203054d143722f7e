import type { Pace } from '../datastore/pace.ts';

/** Measures for how long anything at all is kept waiting, however much waits at once. */
export interface WaitWatch {
  begin(): void;
  end(): void;
}

/** `kept` is told the ms of each part of a wait, as soon as something that waited goes on. */
export function waitWatch(now: () => number, kept: (ms: number) => void): WaitWatch {
  let waiting = 0;
  let since = 0;
  return {
    begin() {
      if (waiting === 0) since = now();
      waiting += 1;
    },
    end() {
      waiting -= 1;
      const at = now();
      kept(at - since);
      since = at;
    },
  };
}

/** The same pace for those who want to know for how long it keeps anybody waiting. */
export function watchedPace(pace: Pace, watches: readonly WaitWatch[]): Pace {
  const end = (): void => {
    for (const watch of watches) watch.end();
  };
  return {
    take(amount) {
      const wait = pace.take(amount);
      if (wait === undefined) return undefined;
      for (const watch of watches) watch.begin();
      return wait.finally(end);
    },
  };
}
