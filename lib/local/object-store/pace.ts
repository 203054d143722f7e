import { setTimeout as sleep } from 'node:timers/promises';

/** Shares one rate between all who ask: each call waits until its bytes are through, and `undefined` is no wait at all. */
export type Pace = (bytes: number) => Promise<void> | undefined;

export const unlimited: Pace = () => undefined;

/** Shorter waits are saved up: a timer is no finer than a millisecond. */
const SHORTEST_WAIT_MS = 2;

export function paceAt(bytesPerSecond: number): Pace {
  let free = 0;
  return (bytes) => {
    const now = performance.now();
    free = Math.max(now, free) + (bytes / bytesPerSecond) * 1000;
    const wait = free - now;
    return wait < SHORTEST_WAIT_MS ? undefined : sleep(wait);
  };
}
