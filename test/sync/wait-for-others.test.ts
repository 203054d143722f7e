import { describe, expect, it } from 'vitest';
import { lockKeyOf } from '../../lib/sync/group-lock.ts';
import { nextGroups } from '../../lib/sync/next-groups.ts';
import type { PlanItem, Round } from '../../lib/sync/payloads.ts';
import type { LockKey } from '../../lib/sync/overlap/lock-store.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startRun } from '../../lib/sync/start-run.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { faulty, type Call } from '../support/faulty.ts';
import { groupItem, lockHolder, stealLock, syncOnce, vmCloud } from '../support/group-sync.ts';
import {
  callWorker,
  LEASE_IS_OVER_MS,
  LEASE_MS,
  newRun,
  readPlan,
  type CallOptions,
  type MemoryCloud,
} from '../support/memory-run.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Events of a child's history each time it asks: Wait, Task and Choice, entered and left, and three of the call (facts/aws.md 1.1). */
const EVENTS_PER_ASK = 9;
const MAX_EVENTS = 25_000;

const next = (cloud: MemoryCloud, run: RunRef, options: CallOptions & { after?: number } = {}): Promise<Round> => {
  const worker = callWorker(cloud, run, options);
  return nextGroups(options.after ?? 0, worker.control, worker);
};

/** Events of a run's history in each round that reads its lines from the control bucket, and waits before it (facts/aws.md 1.1). */
const EVENTS_PER_ROUND = 28;

/** One child of the Map: how often it asked, each time after `pass`. */
async function ask(cloud: MemoryCloud, run: RunRef, item: PlanItem, pass: () => Promise<void>): Promise<number> {
  for (let asked = 1; ; asked += 1) {
    const output = await syncGroup(item, null, callWorker(cloud, run));
    if (output.done) return asked;
    expect(output.waitSeconds).toBeGreaterThanOrEqual(15);
    // Twice as often as it has to, so that neither its lease nor its place in a line runs out.
    expect(output.waitSeconds).toBeLessThanOrEqual(LEASE_MS / 2000);
    cloud.clock.advance(output.waitSeconds * 1000);
    await pass();
  }
}

/** A run whose only group another one holds, and keeps. */
async function deferred() {
  const cloud = await vmCloud();
  await stealLock(cloud);
  const key = lockKeyOf(groupItem(), cloud);
  const keep = async (): Promise<void> => {
    await cloud.store.acquireLock(key, 'another run', cloud.clock.now(), LEASE_MS);
  };
  const { run } = await syncOnce(cloud);
  return { cloud, run, keep };
}

/** Time in which the run has its workers elsewhere, who renew its lease. */
async function live({ store, clock }: MemoryCloud, run: RunRef, milliseconds: number): Promise<void> {
  await store.askTurn({ ...run, order: '', overlap: 'queue', queueDepth: 1 }, clock.now(), LEASE_MS);
  for (let passed = 0; passed < milliseconds; passed += LEASE_MS / 4) {
    clock.advance(LEASE_MS / 4);
    await store.renewTurn(run, clock.now(), LEASE_MS);
  }
}

describe('a run whose group another run holds', () => {
  it('waits for days within the history of its children, and goes on when the other one is gone', async () => {
    const { cloud, run, keep } = await deferred();
    const since = cloud.clock.now();
    let rounds = 0;
    for (;;) {
      const round = await next(cloud, run);
      expect(round).toMatchObject({ items: 1 });
      const [item] = await readPlan(cloud, { round });
      if (item?.kind === 'group') break;
      rounds += 1;
      const asked = await ask(cloud, run, item!, async () => {
        if (cloud.clock.now() - since < 3 * DAY_MS) await keep();
      });
      expect(asked * EVENTS_PER_ASK).toBeLessThan(MAX_EVENTS / 2);
    }
    expect(rounds).toBeLessThan(12);
    expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
    expect(await next(cloud, run)).toMatchObject({ items: 0 });
  });

  it('keeps its place in line: one that comes later waits for it', async () => {
    const { cloud, run } = await deferred();
    cloud.clock.advance(LEASE_IS_OVER_MS / 4);
    expect(await next(cloud, run)).toMatchObject({ items: 1, waitSeconds: 15 });
    cloud.clock.advance(LEASE_MS - 1000);
    const later = await syncOnce(cloud);
    expect(later.record).toMatchObject({ state: 'waiting', doing: expect.stringContaining(run.id) as string });
    const round = await next(cloud, run);
    expect(await readPlan(cloud, { round })).toEqual([groupItem()]);
    expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
    expect((await syncOnce(cloud, { run: later.run })).record.state).toBe('ok');
  });

  it('keeps it while it works on other groups for longer than its lease: as long as the run lives', async () => {
    const { cloud, run } = await deferred();
    await live(cloud, run, 10 * LEASE_IS_OVER_MS);
    const later = await syncOnce(cloud);
    expect(later.record).toMatchObject({ state: 'waiting', doing: expect.stringContaining(run.id) as string });
    cloud.clock.advance(LEASE_IS_OVER_MS);
    expect((await syncOnce(cloud, { run: later.run })).record.state).toBe('ok');
  });

  it('keeps it until a worker has the lock, though it has none to spare for longer than its lease', async () => {
    const { cloud, run } = await deferred();
    await live(cloud, run, 2 * LEASE_MS);
    const round = await next(cloud, run);
    expect(await readPlan(cloud, { round })).toEqual([groupItem()]);
    await live(cloud, run, LEASE_IS_OVER_MS);
    expect((await syncOnce(cloud)).record).toMatchObject({ state: 'waiting', doing: expect.stringContaining(run.id) as string });
    expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
  });

  it('does for more groups in a round the more rounds there were, so that its own history holds 18 days of them', async () => {
    const { cloud, run, keep } = await deferred();
    let rested = 0;
    // Each that waits is followed by one for the groups that it has waited for.
    for (let after = 0; after * EVENTS_PER_ROUND < MAX_EVENTS - 1000; after += 2) {
      await keep();
      const [item] = await readPlan(cloud, { round: await next(cloud, run, { after }) });
      rested += item?.kind === 'wait' ? item.restSeconds * 1000 : 0;
    }
    expect(rested).toBeGreaterThan(18 * DAY_MS);
    const [item] = await readPlan(cloud, { round: await next(cloud, run, { after: 100 }) });
    expect(item).toMatchObject({ kind: 'wait', restSeconds: 0 });
  });

  it('takes up together what is let go of while it rests', async () => {
    const { clock, store, ...rest } = await vmCloud();
    const ends = new Map(Array.from({ length: 100 }, (_, at) => [`vm/${String(at)}`, clock.now() + at * 40_000]));
    /** Another run holds each group until its end. */
    const holding = async ({ method, args }: Call): Promise<void> => {
      const [key] = args as [LockKey];
      if (method === 'awaitLock' && clock.now() < ends.get(key.group.name)!)
        await store.acquireLock(key, 'other', clock.now(), 1);
    };
    const cloud = { ...rest, clock, store: faulty(store, { before: holding }) };
    const run = newRun(cloud);
    for (const name of ends.keys()) await store.saveDeferred(run, { item: groupItem(name), offers: 0 });
    let round = await next(cloud, run, { after: 300 });
    for (; round.items > 0; round = await next(cloud, run, { after: round.number })) {
      clock.advance(round.waitSeconds * 1000);
      for (const item of await readPlan(cloud, { round })) {
        if (item.kind === 'wait') await ask(cloud, run, item, () => Promise.resolve());
        else if (item.kind === 'group') await cloud.store.removeDeferred(run, item);
      }
    }
    expect(round.number).toBeLessThan(300 + 12);
  });

  it('gives the group up when its workers die each time before they have its lock', async () => {
    const { cloud, run } = await deferred();
    cloud.clock.advance(LEASE_IS_OVER_MS);
    let offers = 0;
    while ((await next(cloud, run)).items > 0) offers += 1;
    expect([offers, await Array.fromAsync(cloud.store.listDeferred(run))]).toEqual([5, []]);
  });

  it('leaves it to the next run, and its place in line, when somebody asks it to stop', async () => {
    const { cloud, run } = await deferred();
    cloud.clock.advance(LEASE_IS_OVER_MS);
    await next(cloud, run);
    expect(await next(cloud, run, { stopReason: () => 'asked' })).toMatchObject({ items: 0 });
    expect([(await cloud.store.loadGroup(run, groupItem()))?.state, await lockHolder(cloud)]).toEqual(['stopped', undefined]);
    expect(await Array.fromAsync(cloud.store.listDeferred(run))).toEqual([]);
  });
});

describe('a run that waits for its turn', () => {
  it('waits for days, and has its turn when the one before it is gone', async () => {
    const cloud = await vmCloud();
    const [first, second] = [newRun(cloud), newRun(cloud)];
    const start = (run: RunRef) => startRun({}, cloud.control, callWorker(cloud, run));
    await start(first);
    const since = cloud.clock.now();
    for (let decision = await start(second); decision.decision === 'wait'; decision = await start(second)) {
      const [item] = await readPlan(cloud, decision);
      const asked = await ask(cloud, second, item!, async () => {
        if (cloud.clock.now() - since < 2 * DAY_MS) await cloud.store.renewTurn(first, cloud.clock.now(), LEASE_MS);
      });
      expect(asked * EVENTS_PER_ASK).toBeLessThan(MAX_EVENTS / 2);
    }
    expect(cloud.clock.now() - since).toBeGreaterThan(2 * DAY_MS);
    expect(cloud.lines.filter((line) => line.includes('waits for its turn'))).toHaveLength(1);
  });
});
