import type { LeaseStore } from '../../lib/limits/lease-store.ts';
import type { PaceClock } from '../../lib/limits/pace-clock.ts';

/** Time that passes from event to event, and as fast as the machine goes. */
export interface Simulation {
  /** Milliseconds since the beginning, the same for all. */
  readonly now: () => number;
  readonly at: (ms: number, event: () => void) => () => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Runs all that happens before `ms`. */
  readonly run: (ms: number) => Promise<void>;
  /** Runs until `work` has ended. Time stands still while nobody waits for it. */
  readonly runWhile: <T>(work: Promise<T>) => Promise<T>;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  event: (() => void) | undefined;
}

export function simulate(): Simulation {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  const at = (ms: number, event: () => void): (() => void) => {
    const entry: Entry = { at: Math.max(ms, now), order: order++, event };
    push(heap, entry);
    return () => (entry.event = undefined);
  };
  /** Runs the next event, if it comes before `end`. */
  const step = async (end: number): Promise<boolean> => {
    const [entry] = heap;
    if (entry === undefined || entry.at >= end) return false;
    pop(heap);
    if (entry.event === undefined) return true;
    now = entry.at;
    entry.event();
    await settle();
    return true;
  };
  return {
    now: () => now,
    at,
    sleep: (ms) => new Promise((resolve) => void at(now + ms, resolve)),
    async run(end) {
      while (await step(end));
      now = end;
    },
    async runWhile(work) {
      const state = { ended: false };
      const end = (): void => void (state.ended = true);
      work.then(end, end);
      while (!state.ended) if (!(await step(Infinity))) await settle();
      return work;
    },
  };
}

/** All promises that an event has settled, and those that they settle. */
function settle(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A worker's clocks: neither agrees with anybody else's. Timers are as coarse as node's. */
export function skewedClock(simulation: Simulation, skewMs: number, random: () => number): PaceClock {
  return {
    now: () => simulation.now() + skewMs,
    date: () => simulation.now() + skewMs,
    after: (ms, wake) => simulation.at(simulation.now() + Math.max(1, Math.ceil(ms)), wake),
    random,
  };
}

/** A store whose requests and answers are on their way for some ms; counts requests. */
export function distant(store: LeaseStore, simulation: Simulation, delayMs: () => number): LeaseStore & { requests: number } {
  const via = async <T>(call: () => Promise<T>): Promise<T> => {
    counted.requests += 1;
    await simulation.sleep(delayMs());
    const answer = await call();
    await simulation.sleep(delayMs());
    return answer;
  };
  const counted = {
    requests: 0,
    readClock: (limit: string) => via(() => store.readClock(limit)),
    lease: (...args: Parameters<LeaseStore['lease']>) => via(() => store.lease(...args)),
    giveBack: (...args: Parameters<LeaseStore['giveBack']>) => via(() => store.giveBack(...args)),
  };
  return counted;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  for (let child = heap.length - 1; child > 0;) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap[child]!, heap[parent]!)) return;
    [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
    child = parent;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let parent = 0; ;) {
    const children = [2 * parent + 1, 2 * parent + 2].filter((child) => child < heap.length);
    const [least] = children.sort((a, b) => (isBefore(heap[a]!, heap[b]!) ? -1 : 1));
    if (least === undefined || !isBefore(heap[least]!, heap[parent]!)) return;
    [heap[least], heap[parent]] = [heap[parent]!, heap[least]!];
    parent = least;
  }
}
