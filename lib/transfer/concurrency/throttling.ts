import type { Round } from './round.ts';

/** A share of throttled transfers that a provider shrugs off: below it, fewer in flight would only be slower. */
const TOLERATED = 0.05;
/** A share this small is worth it where fewer in flight cost as much as they spare. */
const CHEAP = 0.1;
/** Providers that refuse by chance refuse less than this. */
const MOST_BY_CHANCE = 0.8;
const MOST_TOLERATED = 0.85;
/** Where the number of transfers matters, fewer see this part of the refusals, or less; where it does not, this part, or more. */
const PROBED = 0.2;
const STILL_REFUSED = 0.7;
/** A share above it was high by chance: each refusal counts for a transfer, however often the same one is refused. */
const HIGH = 0.6;
/** Odds of twelve to one, as a logarithm (Wald's sequential probability ratio test). */
const SURE = 2.5;
/** Fifty to one: who takes a provider that counts requests for one that refuses by chance goes on annoying it. */
const SURE_OF_CHANCE = 4;
const FORGET_CHEAP_MS = 30_000;
const FORGET_CHANCE_MS = 60_000;

/** What is known of a provider that asks to slow down: how many transfers it bears, and whether their number matters to it. */
export class Throttling {
  /** As many at once were hardly throttled; Infinity where none ever were. */
  ceiling = Infinity;
  #tolerated = TOLERATED;
  #forgetAt = 0;
  #probeAt = 0;
  #suspicion: { readonly first: Round; odds: number } | undefined;

  /** Whether more of the round was throttled than may be, chance left aside. */
  isTooMuch({ throttled, seen }: Round, now: number): boolean {
    if (now > this.#forgetAt) this.#tolerated = TOLERATED;
    return throttled > this.#tolerated + 2 * Math.sqrt((this.#tolerated * (1 - this.#tolerated)) / seen);
  }

  /** The round was not throttled: whatever was suspected is settled. */
  passed(): void {
    this.#suspicion = undefined;
  }

  /** The limit to find out at whether the number of transfers matters at all; undefined where that is known, or cannot be told. */
  probe({ limit, throttled }: Round, min: number, now: number): number | undefined {
    const most = this.#tolerated > TOLERATED ? MOST_TOLERATED : MOST_BY_CHANCE;
    const few = Math.max(min, Math.round(limit * (1 - throttled) ** 2));
    return now < this.#probeAt || throttled >= most || few >= limit ? undefined : few;
  }

  /**
   * Whether the provider refuses by chance, by this round with fewer transfers and those since `before`, the first that was too much;
   * undefined while they say too little. To be asked once at the end of each round, and as often as may be in a probe.
   */
  isChance(before: Round, round: Round): boolean | undefined {
    this.#suspicion ??= { first: before, odds: 0 };
    const odds = this.#suspicion.odds + oddsOfChance(this.#suspicion.first.throttled, round);
    if (odds <= -SURE) return false;
    return odds >= SURE_OF_CHANCE && round.throttled < MOST_BY_CHANCE ? true : undefined;
  }

  /** What this round says of chance counts in the next ones. Who was sure before may be wrong: later rounds can still turn it. */
  weigh(round: Round): void {
    if (this.#suspicion === undefined) return;
    this.#suspicion.odds = Math.max(-SURE, this.#suspicion.odds + oddsOfChance(this.#suspicion.first.throttled, round));
  }

  /** The provider refuses so many, however many there are: fewer at once would only be slower. The limit to go back to. */
  bear(before: Round, now: number): number {
    const { first } = this.#suspicion ?? { first: before };
    this.#tolerate(first, now + FORGET_CHANCE_MS);
    this.ceiling = Infinity;
    this.#suspicion = undefined;
    return first.limit;
  }

  /** The limit that the round would not have been throttled at, at least half of its own. */
  fall({ limit, throttled }: Round, now: number): number {
    this.#probeAt = now + FORGET_CHEAP_MS;
    this.ceiling = limit * (1 - throttled);
    return Math.min(limit - 1, Math.max(limit / 2, this.ceiling));
  }

  /** After a fall: whether fewer in flight gained less than they cost, and more are to be borne. */
  wasInVain(before: Round, after: Round, faster: number, now: number): boolean {
    const costs = faster < 1 - 0.5 * (1 - after.inFlight / before.inFlight);
    if (!costs || before.throttled > CHEAP) return false;
    this.#tolerate(before, now + FORGET_CHEAP_MS);
    return true;
  }

  /** Half as many again, and what so few transfers may have missed. */
  #tolerate({ throttled, seen }: Round, until: number): void {
    this.#tolerated = Math.min(MOST_TOLERATED, 1.5 * throttled + 2 * Math.sqrt((throttled * (1 - throttled)) / seen));
    this.#forgetAt = until;
  }
}

/**
 * Logarithm of how much likelier a round with fewer transfers is where a share of `refused` are refused by chance than where their
 * number matters. A share that was the first to be too much was high by chance, too: most of it counts.
 */
function oddsOfChance(refused: number, { seen, throttled }: Round): number {
  const share = Math.min(refused, HIGH);
  const [chance, matters] = [STILL_REFUSED * share, PROBED * share];
  const hits = Math.round(seen * throttled);
  return hits * Math.log(chance / matters) + (seen - hits) * Math.log((1 - chance) / (1 - matters));
}
