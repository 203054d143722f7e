const MAX_DOUBLINGS = 5;

/** What fails again and again is tried at longer and longer intervals: this many times the first, 32 at most. `before`: intervals so far. */
export function backoff(before: number): number {
  return 2 ** Math.min(before, MAX_DOUBLINGS);
}
