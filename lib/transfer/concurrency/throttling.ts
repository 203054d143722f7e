import type { Round } from './round.ts';

/** A share of throttled transfers that a provider shrugs off: below it, fewer in flight would only be slower. */
const TOLERATED = 0.02;
/** A share this small is worth it where fewer in flight cost as much as they spare. */
const CHEAP = 0.1;
/** Providers that refuse by chance refuse less than this. */
const MOST_BY_CHANCE = 0.6;
const FORGET_CHEAP_MS = 30_000;
const FORGET_CHANCE_MS = 120_000;

/** What is known of a provider that asks to slow down: how many transfers it bears, and whether their number matters to it. */
export class Throttling {
  /** As many at once were hardly throttled; Infinity where none ever were. */
  ceiling = Infinity;
  #tolerated = TOLERATED;
  #forgetAt = 0;
  #fallenFrom: Round | undefined;

  /** Whether more of the round was throttled than may be, chance left aside. */
  isTooMuch({ throttled, seen }: Round, now: number): boolean {
    if (now > this.#forgetAt) this.#tolerated = TOLERATED;
    return throttled > this.#tolerated + Math.sqrt((this.#tolerated * (1 - this.#tolerated)) / seen);
  }

  /** The limit that the round would not have been throttled at, at least half of its own. */
  fall(round: Round): number {
    this.#fallenFrom ??= round;
    this.ceiling = round.limit * (1 - round.throttled);
    return Math.min(round.limit - 1, Math.max(round.limit / 2, this.ceiling));
  }

  /** The round was not throttled: what was learned on the way down has served. */
  passed(): void {
    this.#fallenFrom = undefined;
  }

  /** Whether the round has seen enough to say that falling was in vain. */
  isDecisive(round: Round): boolean {
    return !this.#isFarBelow(round) || round.seen >= 24;
  }

  /** After a fall: the limit to go back to, where fewer in flight were as throttled as ever, or gained less than they cost. */
  wayBack(before: Round, after: Round, faster: number, now: number): number | undefined {
    const from = this.#fallenFrom ?? before;
    const isChance = this.#isFarBelow(after) && from.throttled < MOST_BY_CHANCE && after.throttled > 0.7 * from.throttled;
    const costs = faster < 1 - 0.5 * (1 - after.inFlight / before.inFlight);
    if (!isChance && (!costs || before.throttled > CHEAP)) return undefined;
    this.#tolerated = Math.min(0.8, 1.5 * from.throttled);
    this.#forgetAt = now + (isChance ? FORGET_CHANCE_MS : FORGET_CHEAP_MS);
    this.#fallenFrom = undefined;
    if (isChance) this.ceiling = Infinity;
    return from.limit;
  }

  #isFarBelow({ limit }: Round): boolean {
    return this.#fallenFrom !== undefined && limit <= this.#fallenFrom.limit / 2;
  }
}
