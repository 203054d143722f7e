import type { Pace } from '../datastore/pace.ts';
import { Lease } from './lease.ts';
import type { LeaseStore } from './lease-store.ts';
import type { PaceClock } from './pace-clock.ts';
import type { Rate } from './rate.ts';

export interface LeasedPaceOptions {
  /** Id of the limit: the same for all who share it. */
  readonly id: string;
  /** What holds at this epoch ms; undefined is no limit. */
  readonly rateAt: (date: number) => Rate | undefined;
  readonly store: LeaseStore;
  readonly clock: PaceClock;
}

interface Waiter {
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How long a rate is taken for what it was: a timetable has no frame shorter than a minute. */
const RATE_CHECK_MS = 1_000;
/** Of a byte or a request: what floating point leaves over. */
const NOTHING = 1e-6;

/** The pace of all that goes under one limit in one process: in the order in which it was asked for. */
export class LeasedPace implements Pace {
  readonly #options: LeasedPaceOptions;
  readonly #lease: Lease;
  readonly #queue: Waiter[] = [];
  #rate: Rate | undefined;
  #checkedAt = -Infinity;
  #stopTimer: (() => void) | undefined;

  constructor(options: LeasedPaceOptions) {
    this.#options = options;
    const { id, store, clock } = options;
    const burstMs = (): number => (this.#rate === undefined ? 0 : (this.#rate.burst / this.#rate.perSecond) * 1000);
    this.#lease = new Lease({ limit: id, store, clock, burstMs });
  }

  take(amount: number): Promise<void> | undefined {
    const perMs = this.#speed();
    if (this.#queue.length === 0) {
      if (perMs === undefined) return undefined;
      if (this.#lease.has(amount / perMs)) {
        this.#lease.spend(amount / perMs);
        this.#plan(perMs);
        return undefined;
      }
    }
    return new Promise((resolve, reject) => {
      // What came before is served first, by the timer that is set for it.
      if (this.#queue.push({ left: amount, resolve, reject }) === 1) this.#serve();
    });
  }

  /** Gives back what others may have, when nothing is under way here any more. The pace can be used again. */
  async end(): Promise<void> {
    this.#stopTimer?.();
    for (const waiter of this.#queue.splice(0)) waiter.resolve();
    await this.#lease.end();
  }

  /** Units a ms; undefined without a limit. */
  #speed(): number | undefined {
    const { clock, rateAt } = this.#options;
    if (clock.now() - this.#checkedAt >= RATE_CHECK_MS) {
      this.#checkedAt = clock.now();
      this.#rate = rateAt(clock.date());
    }
    return this.#rate && this.#rate.perSecond / 1000;
  }

  #serve(): void {
    const perMs = this.#speed();
    for (let [head] = this.#queue; head !== undefined; [head] = this.#queue) {
      if (perMs !== undefined) head.left -= this.#lease.spend(head.left / perMs) * perMs;
      if (perMs !== undefined && head.left > NOTHING) break;
      this.#queue.shift();
      head.resolve();
    }
    if (perMs !== undefined) this.#plan(perMs);
  }

  #plan(perMs: number): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const wanted = this.#queue.reduce((sum, { left }) => sum + left, 0) / perMs;
    const due = this.#lease.due(wanted);
    if (due <= 0) this.#ask(wanted);
    const [head] = this.#queue;
    if (head === undefined) return;
    const wait = Math.min(due > 0 ? due : Infinity, this.#lease.waitFor(head.left / perMs), RATE_CHECK_MS);
    this.#stopTimer = this.#options.clock.after(Math.max(0, wait), () => this.#serve());
  }

  /** Whoever waits is told when nobody can say whether it may go: without an answer nothing does. */
  #ask(wanted: number): void {
    this.#lease.ask(wanted).then(
      () => this.#serve(),
      (error: unknown) => {
        for (const waiter of this.#queue.splice(0)) waiter.reject(error);
      },
    );
  }
}
