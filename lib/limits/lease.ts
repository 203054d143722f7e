import { createHeldTime, type HeldTime } from './held-time.ts';
import type { LeaseAnswer, LeaseRequest, LeaseStore } from './lease-store.ts';
import type { PaceClock } from './pace-clock.ts';

/** How far ahead time is leased, and how often: between the two lies the time that an answer may take. */
const HORIZON_MS = 1_200;
const CYCLE_MS = 900;
const LEAD_MS = HORIZON_MS - CYCLE_MS;

/** A worker that keeps using a limit asks ahead, and for so much more than it has used; one that comes seldom for what it came for. */
const GROWTH = 2;
const STEADY_USES = 4;

/** The part of a burst that is not used, for what the workers' notions of a limit's time differ by. */
const CLOCK_MARGIN_MS = 200;

const MICRO = 1_000;

export interface LeaseOptions {
  /** Id of the limit. */
  readonly limit: string;
  readonly store: LeaseStore;
  readonly clock: PaceClock;
  /** What the burst is of the rate by now, in ms. */
  readonly burstMs: () => number;
}

/**
 * One worker's part in one limit: what it holds of the limit's time, and when to ask for more. Its notion of that time begins with
 * what the worker before it knew, and is put forward whenever another one knows better: it is never early, so that no time is leased
 * before it is there, and as late at most as the last answer was old.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #held: HeldTime;
  /** From this process's clock to the limit's time, and the limit's time when this worker came; undefined before its first answer. */
  #known: { readonly offset: number; readonly since: number } | undefined;
  #asking: Promise<void> | undefined;
  #asked = { at: 0, next: -Infinity };
  /** Since it asked the last time: in ms, and how often. */
  #used = { ms: 0, times: 0 };

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#held = createHeldTime(() => this.#lateMs());
  }

  /** Uses up to `ms` of what can be used now; how much that was. */
  spend(ms: number): number {
    const spent = this.#held.spend(this.#time(), ms);
    if (spent > 0) this.#used = { ms: this.#used.ms + spent, times: this.#used.times + 1 };
    return spent;
  }

  /** Whether `ms` can be used now. */
  has(ms: number): boolean {
    return this.#held.usable(this.#time()) >= ms;
  }

  /** In how many ms so much can be used, or as much as can be in one piece; Infinity when nothing more is held. */
  waitFor(ms: number): number {
    return this.#held.when(this.#time(), ms) - this.#time();
  }

  /** In how many ms to ask for more, when `wanted` ms wait to be used; Infinity when what is held is enough. */
  due(wanted: number): number {
    const enough = Math.max(wanted, this.#share() * LEAD_MS);
    // What will be too old by the time that an answer comes is as good as used.
    if (this.#asking !== undefined || this.#held.total(this.#time() + LEAD_MS) >= enough) return Infinity;
    return Math.max(0, this.#asked.next - this.#options.clock.now());
  }

  ask(wanted: number): Promise<void> {
    return (this.#asking ??= this.#ask(wanted).finally(() => (this.#asking = undefined)));
  }

  /** Gives back what is held. */
  async end(): Promise<void> {
    await this.#asking?.catch(() => undefined);
    const now = Math.floor(this.#time() * MICRO);
    const rest = this.#known === undefined ? undefined : this.#held.takeRest(this.#time());
    this.#known = undefined;
    if (rest === undefined) return;
    const span = { from: Math.ceil(rest.from * MICRO), to: Math.round(rest.to * MICRO) };
    if (span.from < span.to) await this.#options.store.giveBack(this.#options.limit, span, now);
  }

  async #ask(wanted: number): Promise<void> {
    const { store, limit, clock } = this.#options;
    try {
      if (this.#known === undefined) this.#learn(((await store.readClock(limit)) ?? 0) / MICRO);
      const request = this.#request(wanted);
      const answer = await store.lease(limit, request);
      this.#learn(answer.clock / MICRO);
      this.#take(answer, request.to);
    } catch (error) {
      this.#asked = { at: clock.now(), next: clock.now() + CYCLE_MS };
      throw error;
    }
  }

  #request(wanted: number): LeaseRequest {
    const now = this.#time();
    const from = Math.min(now, Math.max(now - this.#lateMs(), this.#known?.since ?? 0));
    const most = Math.max(wanted, GROWTH * this.#share() * CYCLE_MS);
    const floor = Math.floor(now * MICRO);
    return {
      now: floor,
      from: Math.min(floor, Math.ceil(from * MICRO)),
      to: floor + HORIZON_MS * MICRO,
      most: Math.max(1, Math.ceil(most * MICRO)),
    };
  }

  #take({ span, credit }: LeaseAnswer, to: number): void {
    const { clock } = this.#options;
    const now = this.#time();
    if (span !== undefined) this.#held.add({ from: span.from / MICRO, to: span.to / MICRO });
    if (credit > 0) this.#held.add({ from: now - Math.min(credit / MICRO, this.#lateMs()), to: now });
    // All who share a limit come at random, so that each finds as much as any other.
    const pause = CYCLE_MS * (0.85 + 0.3 * clock.random());
    const rest = span === undefined ? pause / 2 : span.to >= to ? pause : 0;
    this.#asked = { at: clock.now(), next: clock.now() + rest };
    this.#used = { ms: 0, times: 0 };
  }

  #learn(clockSeen: number): void {
    const offset = clockSeen - this.#options.clock.now();
    const { offset: before = offset, since = clockSeen } = this.#known ?? {};
    this.#known = { offset: Math.max(before, offset), since };
  }

  #time(): number {
    return this.#known === undefined ? 0 : this.#options.clock.now() + this.#known.offset;
  }

  /** For how long after it has passed time can be used: that is what a burst is. */
  #lateMs(): number {
    return this.#options.burstMs() - CLOCK_MARGIN_MS;
  }

  /** Which part of the limit this worker keeps using. */
  #share(): number {
    const { ms, times } = this.#used;
    return times < STEADY_USES ? 0 : Math.min(1, ms / Math.max(LEAD_MS, this.#options.clock.now() - this.#asked.at));
  }
}
