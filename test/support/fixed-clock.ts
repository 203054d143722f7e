/** A clock that stands still until it is moved, in epoch milliseconds. */
export interface FixedClock {
  now(): number;
  advance(milliseconds: number): void;
}

export function fixedClock(start = Date.parse('2025-11-02T00:00:00.000Z')): FixedClock {
  let at = start;
  return { now: () => at, advance: (milliseconds) => void (at += milliseconds) };
}
