import type { LockAsker } from './lock-store.ts';

/** One who waits for a lock: until then (epoch ms), and for as long as its run's lease is running. */
export interface LockWaiter extends LockAsker {
  readonly until: number;
}

/** The first of those who go before the one that asks; who has no place in line lets all of them go first. */
export function firstBefore(
  waiting: readonly LockWaiter[],
  { owner, order }: { readonly owner: string; readonly order?: string },
): LockWaiter | undefined {
  const others = waiting.filter((other) => other.owner !== owner);
  return others.find((other) => order === undefined || other.order < order);
}

/** The line with this one in it, in its order, once. */
export function joinLine(waiting: readonly LockWaiter[], waiter: LockWaiter): readonly LockWaiter[] {
  return [...leaveLine(waiting, waiter.owner), waiter].toSorted((a, b) => (a.order < b.order ? -1 : 1));
}

export function leaveLine(waiting: readonly LockWaiter[], owner: string): readonly LockWaiter[] {
  return waiting.filter((other) => other.owner !== owner);
}
