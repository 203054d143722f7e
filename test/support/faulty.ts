/** One call of a contract's method, or one page of an iteration, before or after it is done. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What goes wrong: either may throw, which is then what the caller sees, or take its time. `after`: the call has done its work. */
export interface Faults {
  before?(call: Call): void | Promise<void>;
  after?(call: Call): void | Promise<void>;
}

type Method = (...args: unknown[]) => unknown;

/** The same contract with faults: every method, and every page that an iterating method gives, passes by them. */
export function faulty<T extends object>(contract: T, faults: Faults): T {
  return new Proxy(contract, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...args: unknown[]) => {
        const call = { method: name, args };
        const answer = isIterating(name) ? undefined : callOnce(() => (member as Method).apply(target, args), call, faults);
        return answer ?? iterate(() => (member as Method).apply(target, args) as AsyncIterable<unknown>, call, faults);
      };
    },
  });
}

/** `list`, `listGroups`, ..: but these answer at once. */
function isIterating(name: string): boolean {
  return name.startsWith('list') && name !== 'listRuns' && name !== 'listLiving';
}

async function callOnce(work: () => unknown, call: Call, faults: Faults): Promise<unknown> {
  await faults.before?.(call);
  const answer = await work();
  await faults.after?.(call);
  return answer;
}

async function* iterate(work: () => AsyncIterable<unknown>, call: Call, faults: Faults): AsyncGenerator {
  await faults.before?.(call);
  for await (const page of work()) {
    yield page;
    await faults.before?.(call);
  }
  await faults.after?.(call);
}

/** Writes down every call that passes by. */
export function recorder(): Faults & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  return { calls, before: (call) => void calls.push(call) };
}

/** Counts the calls that pass by, and fails. */
export interface Tripwire extends Faults {
  readonly calls: number;
  readonly tripped: boolean;
}

/** When a tripwire trips: at call number `at` (from 1), before it has any effect or when it has had it. */
export interface TripAt {
  readonly at: number;
  readonly when: 'before' | 'after';
  /** How many turns a call waits before it is begun, so that calls overlap in another order. */
  readonly delay?: () => number;
}

/** The process is dead from that call on: nothing it does has an effect any more. */
export function crash(trip: TripAt): Tripwire {
  return tripwire(trip, () => new Error(`crashed ${trip.when} call ${String(trip.at)}`), true);
}

/** That one call fails with `error`, and no other. */
export function failOnce(trip: TripAt, error: () => Error): Tripwire {
  return tripwire(trip, error, false);
}

function tripwire({ at, when, delay = () => 0 }: TripAt, error: () => Error, dies: boolean): Tripwire {
  let calls = 0;
  let tripped = false;
  const trip = (hit: boolean): void => {
    const fails = tripped ? dies : hit;
    tripped ||= hit;
    if (fails) throw error();
  };
  return {
    get calls() {
      return calls;
    },
    get tripped() {
      return tripped;
    },
    before: async () => {
      for (let turns = delay(); turns > 0; turns -= 1) await Promise.resolve();
      calls += 1;
      trip(when === 'before' && calls === at);
    },
    // Calls overlap: the first to end from then on is as good as any.
    after: () => trip(when === 'after' && calls >= at),
  };
}
