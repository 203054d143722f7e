import type { ConcurrencyController, TransferSample } from './controller.ts';
import { openRound, type OpenRound, type Round } from './round.ts';
import { slowdown } from './speed.ts';
import { Throttling } from './throttling.ts';
import { createUnloaded, type Unloaded } from './unloaded.ts';

export interface AutoConcurrencyOptions {
  /** At least so many transfers at once, and at most. */
  readonly min: number;
  readonly max: number;
  /** Where to begin: what a worker before this one has found; 8 by default. */
  readonly start?: number;
  /** Sets workers apart that began together; 0 to 1. */
  readonly random?: () => number;
}

const START = 8;
/** More in flight have to bring this part of what they would bring on an empty link. */
const WORTHWHILE = 0.08;
/** Transfers that take so many times longer than on an empty link wait for each other: hardly more of them, no more, or fewer. */
const WAITING = 1.5;
const QUEUED = 3;
const CROWDED = 5;
/** Fewer in flight go this much faster each, as a power of how many fewer they are, where they had waited for each other. */
const HELPFUL = 0.6;
const FAST_GROWTH = 2;
const SLOW_GROWTH = 1.2;
/** Growth next to what a provider has throttled. */
const CAREFUL_GROWTH = 1.1;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 20_000;
/** Transfers and time that a round has at least: what is granted in bursts shows itself only then. */
const MIN_TRANSFERS = 16;
const MIN_ROUND_MS = 300;

/** Another limit that is being tried, against what was seen before it. */
interface Trial {
  readonly kind: 'more' | 'fewer' | 'throttled' | 'probe';
  readonly before: Round;
}

/**
 * Finds out how many transfers at once fill the link. It begins low and doubles while that makes the whole faster; where it does
 * not, the link (or the processor, or the provider) is full, and the limit stays, but for a try now and then. What it compares are
 * the durations of transfers of the same size, which say how fast the whole is (Little's law: X = N / L), whatever the mix of
 * sizes. Each step is a trial that is taken back when it proves wrong, a step down too: so neither a link that has become slower
 * for another reason nor a provider that refuses by chance pushes the limit down to nothing.
 */
export function autoConcurrency(options: AutoConcurrencyOptions): ConcurrencyController {
  return new AutoConcurrency(options);
}

class AutoConcurrency implements ConcurrencyController {
  readonly #min: number;
  readonly #max: number;
  readonly #random: () => number;
  readonly #unloaded: Unloaded = createUnloaded();
  readonly #throttling = new Throttling();
  #limit: number;
  #active = 0;
  #round: OpenRound;
  #trial: Trial | undefined;
  #growth = FAST_GROWTH;
  #pauseMs = FIRST_PAUSE_MS;
  #nextMoreAt = 0;

  constructor({ min, max, start = START, random = () => 0.5 }: AutoConcurrencyOptions) {
    [this.#min, this.#max, this.#random] = [min, max, random];
    this.#limit = Math.min(max, Math.max(min, start));
    this.#round = openRound(this.#limit, { now: 0, active: 0, newcomers: this.#limit });
  }

  get limit(): number {
    return this.#limit;
  }

  begun(now: number): void {
    this.#active += 1;
    this.#round.begun(now);
  }

  ended(sample: TransferSample): void {
    this.#active -= 1;
    this.#round.ended(sample);
    const { speeds, openedAt } = this.#round;
    if (this.#trial?.kind === 'probe') return this.#judgeProbe(this.#trial, sample.now);
    if (speeds.count < this.#enough || sample.now < openedAt + MIN_ROUND_MS) return;
    if (this.#trial === undefined) this.#decide(sample.now);
    else this.#judge(this.#trial, sample.now);
  }

  /** Every slot has had its turn. */
  get #enough(): number {
    return Math.max(this.#limit, MIN_TRANSFERS);
  }

  /** What to try next, by what this round has shown. */
  #decide(now: number): void {
    const round = this.#round;
    this.#unloaded.learn(round.speeds);
    if (this.#throttling.isTooMuch(round, now) && this.#limit > this.#min) {
      const few = this.#throttling.probe(round, this.#min, now);
      if (few !== undefined) return this.#try('probe', few, now);
      return this.#try('throttled', this.#throttling.fall(round, now), now);
    }
    this.#throttling.passed();
    const delay = this.#unloaded.delay(round.speeds);
    // The waits of throttled transfers are no queue.
    if (delay > CROWDED && round.throttled === 0 && this.#limit > this.#min) {
      this.#rest(now);
      return this.#try('fewer', Math.max(this.#limit / 2, (this.#limit * QUEUED) / delay), now);
    }
    if (this.#mayGrow(delay, now)) return this.#try('more', Math.max(this.#limit + 1, this.#limit * this.#step()), now);
    this.#open(this.#limit, 0, now);
  }

  #mayGrow(delay: number, now: number): boolean {
    if (this.#limit >= this.#max || now < this.#nextMoreAt) return false;
    // Where there is not enough to do, or no memory to do it in, more slots would stay empty.
    const isUsed = this.#round.inFlight > 0.85 * this.#limit;
    return isUsed && (delay < QUEUED || this.#throttling.ceiling < Infinity);
  }

  #step(): number {
    const room = this.#throttling.ceiling / this.#limit;
    return this.#growth <= room ? this.#growth : Math.max(CAREFUL_GROWTH, Math.min(room, this.#growth));
  }

  #try(kind: Trial['kind'], wanted: number, now: number): void {
    this.#trial = { kind, before: this.#round };
    this.#setLimit(wanted, now);
  }

  #setLimit(wanted: number, now: number): void {
    const next = Math.min(this.#max, Math.max(this.#min, Math.round(wanted)));
    const newcomers = next > this.#limit ? next - this.#limit : next;
    this.#limit = next;
    this.#open(next, newcomers, now);
  }

  #open(limit: number, newcomers: number, now: number): void {
    this.#round = openRound(limit, { now, active: this.#active, newcomers });
  }

  /** Compares the trial with what was before it, as soon as they differ clearly, or have been looked at for long. */
  #judge(trial: Trial, now: number): void {
    const { before } = trial;
    const { speeds, inFlight } = this.#round;
    const seen = slowdown(before.speeds, speeds);
    if (seen === undefined) {
      // Other sizes than before: begin anew with these.
      if (speeds.count >= 4 * this.#enough) this.#end(() => this.#decide(now));
      return;
    }
    const change = inFlight / before.inFlight;
    const faster = change / seen.factor;
    const isClear = Math.abs(Math.log(faster / (1 + WORTHWHILE * (change - 1)))) > 1.5 * seen.error;
    if (!isClear && speeds.count < Math.min(6 * this.#enough, 4 * before.speeds.count)) return;
    if (trial.kind === 'more') this.#end(() => this.#judgeMore(before, { faster, error: seen.error }, now));
    else if (trial.kind === 'fewer') this.#end(() => this.#judgeFewer(before, faster, now));
    else this.#end(() => this.#judgeThrottled(before, faster, now));
  }

  #end(then: () => void): void {
    this.#trial = undefined;
    then();
  }

  #judgeMore(before: Round, { faster, error }: { faster: number; error: number }, now: number): void {
    const round = this.#round;
    if (this.#throttling.isTooMuch(round, now)) {
      this.#throttling.ceiling = Math.max(before.limit, round.limit * (1 - round.throttled));
      this.#rest(now);
      return this.#setLimit(this.#throttling.ceiling, now);
    }
    const worth = 1 + WORTHWHILE * (round.inFlight / before.inFlight - 1);
    // Chance speaks for more of them, but where they wait for each other already.
    const doubt = this.#unloaded.delay(before.speeds) > WAITING ? error : -error;
    if (faster >= worth * Math.exp(doubt)) return this.#grown(now);
    this.#growth = Math.max(SLOW_GROWTH, Math.sqrt(this.#growth));
    this.#rest(now);
    // A knee between the two limits: a little above it, so that the link is never idle. The way back is a trial as well.
    this.#try('fewer', before.limit * Math.min(this.#growth, Math.max(1, faster * SLOW_GROWTH)), now);
  }

  #grown(now: number): void {
    const { ceiling } = this.#throttling;
    this.#growth = ceiling === Infinity ? FAST_GROWTH : SLOW_GROWTH;
    if (this.#limit > 1.3 * ceiling) this.#throttling.ceiling = Infinity;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#nextMoreAt = now;
    this.#decide(now);
  }

  #judgeFewer(before: Round, faster: number, now: number): void {
    if (faster > (this.#round.inFlight / before.inFlight) ** HELPFUL) {
      return this.#decide(now);
    }
    // As slow as ever with fewer of them: it was not for their number, and this is what a transfer takes by now.
    this.#unloaded.relearn(before.speeds);
    this.#setLimit(before.limit, now);
  }

  #judgeProbe({ before }: Trial, now: number): void {
    const isChance = this.#throttling.isChance(before, this.#round);
    if (isChance === undefined) return;
    this.#trial = undefined;
    if (isChance) return this.#setLimit(this.#throttling.bear(before, now), now);
    this.#throttling.weigh(this.#round);
    this.#try('throttled', this.#throttling.fall(before, now), now);
  }

  #judgeThrottled(before: Round, faster: number, now: number): void {
    const round = this.#round;
    if (this.#throttling.isChance(before, round) === true) return this.#setLimit(this.#throttling.bear(before, now), now);
    if (this.#throttling.wasInVain(before, round, faster, now)) return this.#setLimit(before.limit, now);
    this.#throttling.weigh(round);
    this.#nextMoreAt = now + this.#jittered(FIRST_PAUSE_MS);
    this.#decide(now);
  }

  /** Each try that was in vain doubles the time until the next one. */
  #rest(now: number): void {
    this.#nextMoreAt = now + this.#jittered(this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  #jittered(ms: number): number {
    return ms * (0.75 + this.#random() / 2);
  }
}
