import { beforeEach, expect, it } from 'vitest';
import { runOrder } from '../../../lib/sync/overlap/run-order.ts';
import type { Lock, LockAsker, LockKey } from '../../../lib/sync/overlap/lock-store.ts';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, group, LATER, LEASE, NOW, run } from './samples.ts';

export function describeLocks(store: () => RunStore): void {
  let key: LockKey;
  beforeEach(() => {
    key = lockKey();
  });

  it('gives a free lock to the first who asks, and names the holder to all others', async () => {
    const lock = await take(store(), key, 'first');
    expect(lock).toMatchObject({ key, owner: 'first', leaseUntil: NOW + LEASE });
    expect(await store().acquireLock(key, 'second', NOW + 1, LEASE)).toEqual({ heldBy: 'first', leaseUntil: NOW + LEASE });
  });

  it('gives the lock to exactly one of 20 who ask at once', async () => {
    const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
    const answers = await Promise.all(owners.map((owner) => store().acquireLock(key, owner, NOW, LEASE)));
    const winners = answers.flatMap((answer) => ('lock' in answer ? [answer.lock.owner] : []));
    const holders = answers.flatMap((answer) => ('heldBy' in answer ? [answer.heldBy] : []));
    expect(winners).toHaveLength(1);
    expect(new Set(holders)).toEqual(new Set(winners));
  });

  it('gives the lock again to its holder with a higher fence, as after a lost answer', async () => {
    const lost = await take(store(), key, 'first');
    const again = await take(store(), key, 'first');
    expect(again.fence).toBeGreaterThan(lost.fence);
  });

  it('raises the fence over release and takeover and never restarts it', async () => {
    const first = await take(store(), key, 'first');
    await store().releaseLock(first);
    const second = await take(store(), key, 'second');
    const third = await take(store(), key, 'third', LATER);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(third.fence).toBeGreaterThan(second.fence);
  });

  it('gives a released lock at once, without waiting for the lease', async () => {
    await store().releaseLock(await take(store(), key, 'first'));
    expect(await take(store(), key, 'second')).toMatchObject({ owner: 'second' });
  });

  it('keeps the lock for its holder until the lease has run out by every clock', async () => {
    await take(store(), key, 'first');
    expect(await store().acquireLock(key, 'second', NOW + LEASE, LEASE)).toMatchObject({ heldBy: 'first' });
    expect(await take(store(), key, 'second', LATER)).toMatchObject({ owner: 'second' });
  });

  it('is free when its lease lies so far ahead that a wrong clock has made it, and not when clocks differ by minutes', async () => {
    await take(store(), key, 'first', NOW + 10 * 60_000);
    expect(await store().acquireLock(key, 'second', NOW, LEASE)).toMatchObject({ heldBy: 'first' });
    const other = lockKey();
    await take(store(), other, 'first', NOW + 365 * 86_400_000);
    expect(await take(store(), other, 'second')).toMatchObject({ owner: 'second', leaseUntil: NOW + LEASE });
    expect(await store().acquireLock(other, 'first', NOW, LEASE)).toMatchObject({ heldBy: 'second' });
  });

  it('prolongs the lease of a lock that is renewed, without a new fence', async () => {
    const lock = await take(store(), key, 'first');
    const renewed = await store().renewLock(lock, NOW + 50_000, LEASE);
    expect(renewed).toEqual({ ...lock, leaseUntil: NOW + 50_000 + LEASE });
    expect(await store().acquireLock(key, 'second', LATER, LEASE)).toMatchObject({ heldBy: 'first' });
  });

  it('renews with the same arguments twice, as after a lost answer', async () => {
    const lock = await take(store(), key, 'first');
    const renewed = await store().renewLock(lock, NOW + 1, LEASE);
    expect(await store().renewLock(lock, NOW + 1, LEASE)).toEqual(renewed);
  });

  it('renews a lock whose lease ran out when nobody has taken it', async () => {
    const lock = await take(store(), key, 'first');
    expect(await store().renewLock(lock, LATER, LEASE)).toMatchObject({ leaseUntil: LATER + LEASE });
  });

  it('keeps the locks of groups apart that read alike', async () => {
    const groups = [
      group('a/b', 'c'),
      group('a', 'b/c'),
      group('', 'a/b/c'),
      group('a#b', 'c'),
      group('a', 'b#c'),
      group('a%23b', 'c'),
    ];
    const { target } = key;
    const locks = await Promise.all(groups.map((one, index) => take(store(), { target, group: one }, `owner-${index}`)));
    expect(locks).toHaveLength(groups.length);
  });
}

export function describeLostLocks(store: () => RunStore): void {
  let key: LockKey;
  let old: Lock;
  beforeEach(async () => {
    key = lockKey();
    old = await take(store(), key, 'old');
  });

  it('does not renew a lock that another owner holds', async () => {
    await take(store(), key, 'new', LATER);
    expect(await store().renewLock(old, LATER, LEASE)).toBeUndefined();
  });

  it('does not renew a lock that the same owner has taken again with another fence', async () => {
    await take(store(), key, 'old');
    expect(await store().renewLock(old, NOW, LEASE)).toBeUndefined();
  });

  it('does not renew a lock that was released, so that a late renewal can not bring it back', async () => {
    await store().releaseLock(old);
    expect(await store().renewLock(old, NOW, LEASE)).toBeUndefined();
    expect(await take(store(), key, 'new')).toMatchObject({ owner: 'new' });
  });

  it('does not renew a lock that was never taken', async () => {
    expect(await store().renewLock({ ...old, key: lockKey() }, NOW, LEASE)).toBeUndefined();
  });

  it('leaves the lock of a new owner alone when the old one releases late', async () => {
    await take(store(), key, 'new', LATER);
    await store().releaseLock(old);
    expect(await store().acquireLock(key, 'third', LATER, LEASE)).toMatchObject({ heldBy: 'new' });
  });

  it('releases twice without harm to the next holder', async () => {
    await store().releaseLock(old);
    await take(store(), key, 'new');
    await store().releaseLock(old);
    expect(await store().acquireLock(key, 'third', NOW, LEASE)).toMatchObject({ heldBy: 'new' });
  });

  it('does nothing when a lock that was never taken is released', async () => {
    const other = lockKey();
    await store().releaseLock({ ...old, key: other });
    expect(await take(store(), other, 'old')).toMatchObject({ owner: 'old' });
  });
}

export function describeLockLine(store: () => RunStore): void {
  let key: LockKey;
  let held: Lock;
  beforeEach(async () => {
    key = lockKey();
    held = await take(store(), key, 'holder');
  });
  const askerOf = (owner: string) => ({ owner, order: owner, run: { ...run(key.target, 0), id: owner } });
  const wait = (owner: string, now = NOW) => store().awaitLock(key, askerOf(owner), now, LEASE);

  it('gives a lock to those who wait by their order, whenever they ask', async () => {
    for (const owner of ['c', 'a', 'b']) expect(await wait(owner)).toEqual({ heldBy: 'holder', leaseUntil: NOW + LEASE });
    await store().releaseLock(held);
    expect(await wait('c')).toEqual({ heldBy: 'a', leaseUntil: NOW + LEASE });
    for (const owner of ['a', 'b', 'c']) {
      const answer = await wait(owner);
      if (!('lock' in answer)) throw new Error(`${owner} waits for ${answer.heldBy}`);
      expect(answer.lock.fence).toBeGreaterThan(held.fence);
      await store().releaseLock(answer.lock);
    }
  });

  it('is taken by nobody who does not wait while somebody does', async () => {
    await wait('b');
    await store().releaseLock(held);
    expect(await store().acquireLock(key, 'a', NOW, LEASE)).toMatchObject({ heldBy: 'b' });
    expect(await wait('a')).toMatchObject({ lock: { owner: 'a' } });
    expect(await wait('b')).toMatchObject({ heldBy: 'a' });
  });

  it('is kept by its holder, who may take it again, whoever waits', async () => {
    await wait('a');
    expect(await store().acquireLock(key, 'holder', NOW, LEASE)).toHaveProperty('lock');
    const again = await wait('holder');
    if (!('lock' in again)) throw new Error('the holder waits');
    expect(await store().renewLock(again.lock, NOW + 50_000, LEASE)).toMatchObject({ owner: 'holder' });
  });

  it('waits for nobody who has not asked for so long that it must be dead', async () => {
    await wait('a');
    await wait('b', NOW + 50_000);
    expect(await wait('c', LATER)).toMatchObject({ heldBy: 'b' });
    expect(await wait('b', LATER)).toHaveProperty('lock');
    expect(await wait('a', LATER)).toMatchObject({ heldBy: 'b' });
    expect(await wait('c', 3 * LATER)).toHaveProperty('lock');
  });

  it('waits for one that has not asked for long, as long as the lease of its run is running', async () => {
    const other = askerOf('a').run;
    await store().askTurn({ ...other, order: 'a', overlap: 'queue', queueDepth: 1 }, NOW, LEASE);
    await wait('a');
    await store().releaseLock(held);
    await store().renewTurn(other, NOW + 50_000, LEASE);
    expect(await wait('b', LATER)).toMatchObject({ heldBy: 'a' });
    await store().renewTurn(other, LATER + 40_000, LEASE);
    expect(await wait('b', LATER + 45_000)).toMatchObject({ heldBy: 'a' });
    await store().releaseTurn(other);
    expect(await wait('b', LATER + 45_000)).toHaveProperty('lock');
  });

  it('goes by the ticks of runs, of which job ever they are: without one by their start', async () => {
    const runs = [
      { ref: run('hourly', 5), tick: '2025-11-01T07:00:00Z' },
      { ref: run('nightly', 1), tick: undefined },
      { ref: run('weekly', 0), tick: '2025-11-01T08:00:05Z' },
    ].map(({ ref, tick }) => ({ owner: `${ref.job}/${ref.id}`, order: runOrder(ref, tick), run: ref }));
    const ask = (asker: LockAsker) => store().awaitLock(key, asker, NOW, LEASE);
    for (const asker of runs.toReversed()) expect(await ask(asker)).toMatchObject({ heldBy: 'holder' });
    await store().releaseLock(held);
    for (const [at, asker] of runs.entries()) {
      for (const later of runs.slice(at + 1)) expect(await ask(later)).toMatchObject({ heldBy: asker.owner });
      const answer = await ask(asker);
      if (!('lock' in answer)) throw new Error(`${asker.owner} waits for ${answer.heldBy}`);
      await store().releaseLock(answer.lock);
    }
  });

  it('is given back for a place in its line, at once and once', async () => {
    await wait('c');
    await store().yieldLock(held, askerOf('holder'), NOW, LEASE);
    await store().yieldLock(held, askerOf('holder'), NOW, LEASE);
    expect(await store().renewLock(held, NOW, LEASE)).toBeUndefined();
    expect(await wait('z')).toMatchObject({ heldBy: 'c' });
    const answer = await wait('c');
    if (!('lock' in answer)) throw new Error('c waits');
    await store().releaseLock(answer.lock);
    expect(await wait('z')).toMatchObject({ heldBy: 'holder' });
    expect(await wait('holder')).toHaveProperty('lock');
  });

  it('is not given back by one who has lost it', async () => {
    await take(store(), key, 'new', LATER);
    await store().yieldLock(held, askerOf('holder'), LATER, LEASE);
    expect(await store().acquireLock(key, 'z', LATER, LEASE)).toMatchObject({ heldBy: 'new' });
  });

  it('is given back by one who leaves, whatever its fence is', async () => {
    await take(store(), key, 'holder');
    await wait('a');
    await store().leaveLock(key, 'holder');
    await store().leaveLock(key, 'holder');
    expect(await wait('a')).toHaveProperty('lock');
  });

  it('lets one leave, and forgets it when it has had the lock', async () => {
    await wait('a');
    await wait('b');
    await store().releaseLock(held);
    await store().leaveLock(key, 'a');
    await store().leaveLock(key, 'a');
    await store().leaveLock(lockKey(), 'a');
    const answer = await wait('b');
    if (!('lock' in answer)) throw new Error('b waits');
    await store().releaseLock(answer.lock);
    expect(await take(store(), key, 'stranger')).toMatchObject({ owner: 'stranger' });
  });

  it('gives the lock to exactly one of many who ask at once, and keeps the places of all others', async () => {
    await store().releaseLock(held);
    const owners = ['1', '2', '3', '4', '5', '6'];
    const answers = await Promise.all(owners.map((owner) => wait(owner)));
    const winners = answers.flatMap((answer) => ('lock' in answer ? [answer.lock] : []));
    expect(winners).toHaveLength(1);
    await store().releaseLock(winners[0]!);
    const left = owners.filter((owner) => owner !== winners[0]!.owner);
    expect(await wait(left.at(-1)!)).toMatchObject({ heldBy: left[0] });
  });
}

function lockKey(): LockKey {
  return { target: fresh('aws/bucket/store'), group: group('', 'vm/100') };
}

async function take(store: RunStore, key: LockKey, owner: string, now = NOW): Promise<Lock> {
  const answer = await store.acquireLock(key, owner, now, LEASE);
  if ('lock' in answer) return answer.lock;
  throw new Error(`held by ${answer.heldBy}`);
}
