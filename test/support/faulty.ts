/** One call of a contract's method, or one page of an iteration, before or after it is done. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What goes wrong: either may throw, which is then what the caller sees. `after`: the call has done its work. */
export interface Faults {
  before?(call: Call): void;
  after?(call: Call): void;
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

/** `list`, `listGroups`, ..: but `listRuns` answers at once. */
function isIterating(name: string): boolean {
  return name.startsWith('list') && name !== 'listRuns';
}

async function callOnce(work: () => unknown, call: Call, faults: Faults): Promise<unknown> {
  faults.before?.(call);
  const answer = await work();
  faults.after?.(call);
  return answer;
}

async function* iterate(work: () => AsyncIterable<unknown>, call: Call, faults: Faults): AsyncGenerator {
  faults.before?.(call);
  for await (const page of work()) {
    yield page;
    faults.before?.(call);
  }
  faults.after?.(call);
}

/** Counts the calls that pass by, and fails from one on. */
export interface Tripwire extends Faults {
  readonly calls: number;
  readonly tripped: boolean;
}

/** The process is dead from call number `at` (from 1) on: nothing it does has an effect any more. */
export function crashAt(at: number, when: 'before' | 'after'): Tripwire {
  return tripwire(at, when, true, () => new Error(`crashed ${when} call ${String(at)}`));
}

/** Call number `at` (from 1) fails with `error`, and no other. */
export function failAt(at: number, when: 'before' | 'after', error: () => Error): Tripwire {
  return tripwire(at, when, false, error);
}

function tripwire(at: number, when: 'before' | 'after', dead: boolean, error: () => Error): Tripwire {
  let calls = 0;
  let tripped = false;
  const trip = (hit: boolean): void => {
    if (!hit && !(dead && tripped)) return;
    tripped = true;
    throw error();
  };
  return {
    get calls() {
      return calls;
    },
    get tripped() {
      return tripped;
    },
    before: () => {
      calls += 1;
      trip(when === 'before' && calls === at);
    },
    // Calls overlap: the one that is number `at` when it ends is as good as the one that began as number `at`.
    after: () => trip(when === 'after' && calls >= at && !tripped),
  };
}
