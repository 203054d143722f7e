import type { Pace } from '../datastore/pace.ts';

/** The same pace for one who wants to know for how long it was kept waiting: in ms, during which anything at all had to wait. */
export function watchedPace(pace: Pace, now: () => number, kept: (ms: number) => void): Pace {
  let waiting = 0;
  let since = 0;
  const end = (): void => {
    waiting -= 1;
    if (waiting === 0) kept(now() - since);
  };
  return {
    take(amount) {
      const wait = pace.take(amount);
      if (wait === undefined) return undefined;
      if (waiting === 0) since = now();
      waiting += 1;
      return wait.finally(end);
    },
  };
}
