/**
 * Who may send when, over all workers everywhere, is settled by leasing time: a limit has a time of its own, whose every microsecond
 * is leased once, and whoever holds it may send what the rate allows in it. So no two workers' shares ever overlap, whatever the rate
 * is by then, and nobody's wall clock matters: the limit's time begins at 0 and passes while somebody uses it.
 */

/** A span of a limit's time in whole microseconds, `to` not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Times of the limit, in whole microseconds. */
export interface LeaseRequest {
  /** The limit's time by now, as far as the worker knows. */
  readonly now: number;
  /** What was not leased before this has passed for good; at most `now`. */
  readonly from: number;
  /** Nothing is leased beyond. */
  readonly to: number;
  /** How much of the time to come is wanted. */
  readonly most: number;
}

export interface LeaseAnswer {
  /** Undefined when all up to `to` is leased. */
  readonly span: Span | undefined;
  /** What others gave back, in microseconds, and this worker may use at once. */
  readonly credit: number;
  /** The limit's time as the worker before this one knew it: it cannot be earlier now. */
  readonly clock: number;
}

/** Where leases are kept. Throws as the `RunStore` does. */
export interface LeaseStore {
  /** The limit's time as the last worker knew it; undefined when nobody has used the limit. */
  readClock(limit: string): Promise<number | undefined>;
  /** Leases what `grant` says, at once for all who ask. */
  lease(limit: string, request: LeaseRequest): Promise<LeaseAnswer>;
  /** Lets others have a span that was leased and not used. */
  giveBack(limit: string, span: Span, now: number): Promise<void>;
}

/**
 * What a worker is given when all before `until` is leased: the time that has passed unused, which nobody else can use any more, and
 * `most` of what follows.
 */
export function grant(until: number | undefined, { now, from, to, most }: LeaseRequest): Span | undefined {
  const start = until === undefined ? now : Math.max(until, from);
  const end = Math.min(Math.max(start, now) + most, to);
  return end > start ? { from: start, to: end } : undefined;
}
