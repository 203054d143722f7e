/** A lease counts as running this much longer for others than for its owner: Lambda hosts' clocks differ by less. */
export const CLOCK_SKEW_MS = 5_000;

/** Clocks that were set at all differ by less: what lies further ahead was written by one that was not. */
const FURTHEST_AHEAD_MS = 15 * 60_000;

/** The last time (epoch ms) that a clock which was set may show now. */
export function furthestAhead(now: number): number {
  return now + FURTHEST_AHEAD_MS;
}

/** Whether a time (epoch ms) lies so far ahead of `now` that nothing can have happened then. */
export function isAhead(time: number, now: number): boolean {
  return time > furthestAhead(now);
}

/** A time (ISO 8601) that somebody wrote down, unless a wrong clock made it: then nothing is known. */
export function unlessAhead(time: string | undefined, now: number): string | undefined {
  return time === undefined || isAhead(Date.parse(time), now) ? undefined : time;
}

export interface LeaseTime {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly leaseMs: number;
}

/** Until when (epoch ms) a lease lasts that runs: outside of it it has run out, or a wrong clock has made it. */
export function runningLeases({ now, leaseMs }: LeaseTime): { readonly first: number; readonly last: number } {
  return { first: now - CLOCK_SKEW_MS, last: now + leaseMs + FURTHEST_AHEAD_MS };
}

/** Whether its owner has to renew a lease: a quarter of it is over, or its clock was put back and does not tell. */
export function isRenewalDue(renewedAt: number, { now, leaseMs }: LeaseTime): boolean {
  return now < renewedAt || now - renewedAt >= leaseMs / 4;
}

/** Whether somebody else's lease is running. */
export function isRunning(leaseUntil: number, at: LeaseTime): boolean {
  const { first, last } = runningLeases(at);
  return leaseUntil >= first && leaseUntil <= last;
}
