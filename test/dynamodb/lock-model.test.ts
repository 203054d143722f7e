import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Lock, LockAnswer, LockKey } from '../../lib/sync/overlap/lock-store.ts';
import type { RunStore } from '../../lib/sync/run-store.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';

const OWNERS = ['ada', 'bob', 'cyd'] as const;
/** What design.md section 5 and facts/aws.md 4.3 ask for, in milliseconds. */
const LEASE = 60_000;
const SKEW = 5_000;

type Owner = (typeof OWNERS)[number];
type Step =
  | { readonly do: 'acquire'; readonly owner: Owner }
  | { readonly do: 'renew' | 'release'; readonly owner: Owner }
  | { readonly do: 'wait'; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('acquire'), owner: fc.constantFrom(...OWNERS) }),
    fc.record({ do: fc.constantFrom('renew', 'release'), owner: fc.constantFrom(...OWNERS) }),
    fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, SKEW, LEASE / 2, LEASE, LEASE + SKEW, LEASE + SKEW + 1) }),
  ),
  { minLength: 1, maxLength: 25 },
);

describe('locks in any order of steps by several owners', () => {
  let table: LocalTable;
  beforeAll(async () => {
    table = await openMemoryTable();
  });
  afterAll(() => table.close());

  it('are held by whom the rules say, in the table', async () => {
    const store = openRunStore({ table: table.name, environment: table.environment });
    await fc.assert(
      fc.asyncProperty(steps, fc.uuid(), (sequence, name) => follows(store, name, sequence)),
      { numRuns: 100 },
    );
  });

  it('are held by whom the rules say, in the memory twin', async () => {
    const store = memoryRunStore();
    await fc.assert(
      fc.asyncProperty(steps, fc.uuid(), (sequence, name) => follows(store, name, sequence)),
      { numRuns: 500 },
    );
  });
});

/** The rules: one holder, a time until which nobody else gets it, and the count of all acquisitions. */
interface Rules {
  holder: string | undefined;
  until: number;
  acquisitions: number;
}

async function follows(store: RunStore, name: string, sequence: readonly Step[]): Promise<void> {
  const key = { target: 'target', group: { namespace: '', name } };
  const rules: Rules = { holder: undefined, until: 0, acquisitions: 0 };
  const lastLocks = new Map<string, Lock>();
  let now = 1_000_000;
  for (const step of sequence) {
    if (step.do === 'wait') {
      now += step.ms;
    } else if (step.do === 'acquire') {
      const answer = await store.acquireLock(key, step.owner, now, LEASE);
      expect(answer).toEqual(acquireByRules(rules, key, step.owner, now));
      if ('lock' in answer) lastLocks.set(step.owner, answer.lock);
    } else {
      const lock = lastLocks.get(step.owner);
      if (lock !== undefined) await followsWith(store, lock, { ...step, now, rules });
    }
  }
}

/** Renews or releases with the last lock that an owner was given, lost since or not. */
async function followsWith(
  store: RunStore,
  lock: Lock,
  step: { do: 'renew' | 'release'; now: number; rules: Rules },
): Promise<void> {
  const { now, rules } = step;
  const isHis = rules.holder === lock.owner && rules.acquisitions === lock.fence;
  if (step.do === 'renew') {
    expect(await store.renewLock(lock, now, LEASE)).toEqual(isHis ? { ...lock, leaseUntil: now + LEASE } : undefined);
    if (isHis) rules.until = now + LEASE;
  } else {
    await store.releaseLock(lock);
    if (isHis) rules.holder = undefined;
  }
}

function acquireByRules(rules: Rules, key: LockKey, owner: string, now: number): LockAnswer {
  const isFree = rules.holder === undefined || rules.holder === owner || now > rules.until + SKEW;
  if (!isFree) return { heldBy: rules.holder ?? '', leaseUntil: rules.until };
  Object.assign(rules, { holder: owner, until: now + LEASE, acquisitions: rules.acquisitions + 1 });
  return { lock: { key, owner, fence: rules.acquisitions, leaseUntil: rules.until } };
}
