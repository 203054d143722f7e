import { allOf, type Pace, type Paces } from '../datastore/pace.ts';
import type { RequestCounts } from '../datastore/object-store.ts';
import { LeasedPace } from '../limits/leased-pace.ts';
import type { LeaseStore } from '../limits/lease-store.ts';
import { rateAt, type Limit } from '../limits/limit.ts';
import type { PaceClock } from '../limits/pace-clock.ts';
import { waitWatch, watchedPace, type WaitWatch } from '../limits/watched-pace.ts';
import { formatRate } from '../sync/describe-limits.ts';
import type { SideLimits } from '../sync/limits.ts';
import type { RunLog } from '../sync/worker.ts';

/** Who works under limits: what it waits for is added to its counts, and said once in its run. */
export interface Limited {
  readonly counts: RequestCounts;
  /** Names the run. */
  readonly run: string;
  readonly log: RunLog;
}

/** The paces of a process, each shared by all who work under its limit here. */
export interface ProcessPaces {
  open(limits: SideLimits, limited: Limited): Paces;
  /** Gives back what is leased, when nobody works here any more. */
  rest(): Promise<void>;
}

/** Less than this, and than this part of the time, are the waits for leases: no limit that anybody feels. */
const FELT_MS = 1_000;
const FELT_PART = 0.05;
/** Limits of past configurations are forgotten beyond this many. */
const MOST_SAID = 1_000;

export function openPaces(store: LeaseStore, clock: PaceClock): ProcessPaces {
  const paces = new Map<string, LeasedPace>();
  const said = new Set<string>();
  const paceOf = (limit: Limit): LeasedPace => {
    // Limits may change between the runs that one process sees.
    const key = JSON.stringify(limit);
    const open = paces.get(key) ?? new LeasedPace({ id: limit.id, rateAt: (date) => rateAt(limit, date), store, clock });
    paces.set(key, open);
    return open;
  };
  const say = (limit: Limit, { run, log }: Limited): void => {
    const key = `${run} ${limit.id}`;
    if (said.has(key)) return;
    if (said.size >= MOST_SAID) said.clear();
    said.add(key);
    log.info(`${limit.name} holds it back: ${formatRate(rateAt(limit, clock.date()), limit.unit)}`);
  };
  const watch = (limit: Limit, limited: Limited, counted: WaitWatch): Pace => {
    const since = clock.now();
    let waited = 0;
    const felt = waitWatch(clock.now, (ms) => {
      waited += ms;
      if (waited >= Math.max(FELT_MS, FELT_PART * (clock.now() - since))) say(limit, limited);
    });
    return watchedPace(paceOf(limit), [felt, counted]);
  };
  return {
    open(limits, limited) {
      const counted = countWaits(clock, limited.counts);
      const all = (of: readonly Limit[]): Pace | undefined => allOf(of.map((limit) => watch(limit, limited, counted)));
      const [read, write, gets, puts] = [all(limits.read), all(limits.write), all(limits.gets), all(limits.puts)];
      return { ...(read && { read }), ...(write && { write }), ...(gets && { gets }), ...(puts && { puts }) };
    },
    async rest() {
      // What cannot be given back is forgotten with the time it was leased for.
      await Promise.allSettled([...paces.values()].map((pace) => pace.end()));
    },
  };
}

/** Counts a moment once, however many limits something waits for in it; what whole milliseconds leave over is kept for the next. */
function countWaits({ now }: PaceClock, counts: RequestCounts): WaitWatch {
  let rest = 0;
  return waitWatch(now, (ms) => {
    const whole = Math.floor(rest + ms);
    rest += ms - whole;
    counts.limitedMs += whole;
  });
}

/** The clocks and timers of this process; `date` is the host's. */
export function processClock(date: () => number): PaceClock {
  return {
    now: () => performance.now(),
    date,
    after: (ms, wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
  };
}
