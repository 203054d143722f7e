const DAY_SECONDS = 86_400;

/** How long items outlive their last write, in seconds. TTL only tidies up: no decision depends on it. */
export const LIFETIME = {
  run: 90 * DAY_SECONDS,
  /** As long as the run: `flotilla serve` asks for it when it starts again. */
  stop: 90 * DAY_SECONDS,
  group: 90 * DAY_SECONDS,
  outcome: 90 * DAY_SECONDS,
  cause: 7 * DAY_SECONDS,
  /** A schedule may have one time a year. */
  schedule: 800 * DAY_SECONDS,
  suspension: 7 * DAY_SECONDS,
  /** A lock's fence must not restart while anyone may still hold an old one. */
  lock: 365 * DAY_SECONDS,
  turnLease: 7 * DAY_SECONDS,
  /** Longer than any run is at work. */
  turns: 365 * DAY_SECONDS,
  /** A group of which nothing is known looks newly written to a poll: once a year is no burden. */
  written: 365 * DAY_SECONDS,
  /** A group that lacks something is known to for as long as no run looks at it again; one that lacks nothing is not missed. */
  behind: 800 * DAY_SECONDS,
  upToDate: 30 * DAY_SECONDS,
  standing: 800 * DAY_SECONDS,
  startGate: DAY_SECONDS,
  /** An event may come again for a day, and a message is tried for one. */
  notice: 14 * DAY_SECONDS,
  /** A limit whose item is gone begins anew, without a burst. */
  limit: 7 * DAY_SECONDS,
} as const;

/** The value of the TTL attribute `expires-at`, in epoch seconds, for an item that matters at `at` (epoch ms) for the last time. */
export function expiresAt(at: number, lifetime: number): number {
  return Math.ceil(at / 1000) + lifetime;
}
