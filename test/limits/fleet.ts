import { LeasedPace } from '../../lib/limits/leased-pace.ts';
import type { Rate } from '../../lib/limits/rate.ts';
import { memoryLeaseStore } from '../support/memory-lease-store.ts';
import { seededRandom } from '../support/random.ts';
import { distant, simulate, skewedClock, type Simulation } from './simulation.ts';

/** Workers under one limit, each a process of its own with clocks of its own, and all that they sent. */
export interface Fleet {
  readonly simulation: Simulation;
  /** A worker that begins at `from`, moves objects of `size` as fast as it may with `sockets` at once, and ends at `to`. */
  work(worker: Work): Worker;
  /** Units that were let go from `from` until `to`, in ms. */
  sent(from: number, to: number): number;
  /** The most that any window had beyond what the rate allows in it: units. */
  excess(rate: number): number;
  /** The least of any window of `length` ms in that span, as a share of what the rate allows. */
  least(rate: number, span: { readonly from: number; readonly to: number; readonly length: number }): number;
}

export interface Work {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly sockets?: number;
  /** Between two objects of a socket, in ms. */
  readonly idle?: () => number;
  /** Whether it ends without giving back what it holds. */
  readonly dies?: boolean;
}

export interface Worker {
  /** Requests to the table. */
  readonly requests: () => number;
  readonly sent: () => number;
}

/** `rateAt` is asked with ms since the beginning. */
export function startFleet(seed: string, rateAt: (ms: number) => Rate | undefined): Fleet {
  const simulation = simulate();
  const source = seededRandom(seed);
  const random = (): number => source.fraction();
  const table = memoryLeaseStore();
  const log: Sent[] = [];

  const work = (task: Work): Worker => {
    const store = distant(table, simulation, () => 1 + random() * 10);
    const skew = (random() - 0.5) * 2e9;
    const clock = skewedClock(simulation, skew, random);
    const pace = new LeasedPace({ id: 'limit', rateAt: (date) => rateAt(date - skew), store, clock });
    let sent = 0;
    const note = (): void => {
      log.push({ at: simulation.now(), amount: task.size });
      sent += task.size;
    };
    const sockets = Array.from({ length: task.sockets ?? 4 }, () => move(task, pace, simulation, note));
    if (task.dies !== true) void Promise.all(sockets).then(() => pace.end());
    return { requests: () => store.requests, sent: () => sent };
  };

  return { simulation, work, ...measure(log, simulation) };
}

async function move(task: Work, pace: LeasedPace, simulation: Simulation, note: () => void): Promise<void> {
  await simulation.sleep(task.from);
  while (simulation.now() < task.to) {
    const wait = pace.take(task.size);
    if (wait !== undefined) await wait;
    note();
    if (task.idle !== undefined) await simulation.sleep(task.idle());
    // A socket is not faster than light, even without any limit.
    else if (wait === undefined) await simulation.sleep(0.1);
  }
}

/** What was let go, and when: ms since the beginning. */
export interface Sent {
  readonly at: number;
  readonly amount: number;
}

export function measure(log: readonly Sent[], simulation: Simulation): Pick<Fleet, 'sent' | 'excess' | 'least'> {
  /** Units sent before each ms. */
  const sums = (): Float64Array => {
    const each = new Float64Array(Math.ceil(simulation.now()) + 2);
    for (const { at, amount } of log) each[Math.floor(at) + 1]! += amount;
    for (let ms = 1; ms < each.length; ms++) each[ms]! += each[ms - 1]!;
    return each;
  };
  return {
    sent: (from, to) => sums()[to]! - sums()[from]!,
    excess(rate) {
      let lowest = 0;
      let most = 0;
      sums().forEach((sum, ms) => {
        const ahead = sum - (rate * ms) / 1000;
        lowest = Math.min(lowest, ahead);
        most = Math.max(most, ahead - lowest);
      });
      return most;
    },
    least(rate, { from, to, length }) {
      const sum = sums();
      let least = Infinity;
      for (let ms = from; ms + length <= to; ms += 10) least = Math.min(least, sum[ms + length]! - sum[ms]!);
      return least / ((rate * length) / 1000);
    },
  };
}
