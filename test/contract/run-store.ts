import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Group } from '../../lib/datastore/group.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { CLOCK_SKEW_MS } from '../../lib/dynamodb/lifetimes.ts';
import type { GroupRecord } from '../../lib/sync/report.ts';
import { MAX_FAILURES } from '../../lib/sync/report.ts';
import type { Lock, LockKey, Replica, RunRecord, RunRef, RunStore } from '../../lib/sync/run-store.ts';

/** A store to put through the suite; it may be shared with other tests that use other names. */
export interface OpenedRunStore {
  readonly store: RunStore;
  close(): Promise<void>;
}

const NOW = Date.parse('2025-11-01T08:00:00.000Z');
const LEASE = 60_000;
/** When a lease taken at NOW has run out for everybody. */
const LATER = NOW + LEASE + CLOCK_SKEW_MS + 1;

let count = 0;

/** A name that no other test uses. */
function fresh(name: string): string {
  return `${name}-${++count}`;
}

/** Proves the guarantees that lib/sync/run-store.ts writes down. */
export function describeRunStore(name: string, make: () => Promise<OpenedRunStore>): void {
  describe(name, () => {
    let opened: OpenedRunStore;
    beforeAll(async () => {
      opened = await make();
    });
    afterAll(() => opened.close());
    const store = (): RunStore => opened.store;
    describe('locks', () => describeLocks(store));
    describe('lost locks', () => describeLostLocks(store));
    describe('ticks', () => describeTicks(store));
    describe('claims', () => describeClaims(store));
    describe('waiting runs', () => describeWaiting(store));
    describe('runs', () => describeRuns(store));
    describe('groups', () => describeGroups(store));
    describe('replicas', () => describeReplicas(store));
    describe('failed replicas', () => describeFailed(store));
  });
}

function describeLocks(store: () => RunStore): void {
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

function describeLostLocks(store: () => RunStore): void {
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

function describeTicks(store: () => RunStore): void {
  it('gives a tick to the first run that claims it, however often that run asks', async () => {
    const job = fresh('job');
    expect(await store().claimTick(job, 'tick', 'first', NOW)).toBe(true);
    expect(await store().claimTick(job, 'tick', 'second', NOW)).toBe(false);
    expect(await store().claimTick(job, 'tick', 'first', NOW + 1)).toBe(true);
  });

  it('gives a tick to exactly one of many runs at once', async () => {
    const job = fresh('job');
    const claims = Array.from({ length: 10 }, (_, index) => store().claimTick(job, 'tick', `run-${index}`, NOW));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps ticks of other times and other jobs apart', async () => {
    const job = fresh('job');
    await store().claimTick(job, 'tick', 'first', NOW);
    expect(await store().claimTick(job, 'tock', 'second', NOW)).toBe(true);
    expect(await store().claimTick(fresh('job'), 'tick', 'second', NOW)).toBe(true);
  });
}

function describeClaims(store: () => RunStore): void {
  let job: string;
  beforeEach(() => {
    job = fresh('job');
  });

  it('lets a run start when no other is active, and again when it asks again', async () => {
    expect(await store().claimJob(run(job, 1), NOW, LEASE)).toEqual({ claimed: true });
    expect(await store().claimJob(run(job, 1), NOW, LEASE)).toEqual({ claimed: true });
  });

  it('holds back a run while another one is active, and names that one', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: false, heldBy: 'run-1', waiting: 0 });
  });

  it('lets exactly one of many runs start at once', async () => {
    const claims = Array.from({ length: 10 }, (_, index) => store().claimJob(run(job, index), NOW, LEASE));
    expect((await Promise.all(claims)).filter(({ claimed }) => claimed)).toHaveLength(1);
  });

  it('lets the next run start when the active one is released', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().claimJob(run(job, 2), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: true });
  });

  it('lets the next run start when the active one died', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(job, 2), NOW + LEASE, LEASE)).toMatchObject({ claimed: false });
    expect(await store().claimJob(run(job, 2), LATER, LEASE)).toEqual({ claimed: true });
    expect(await store().renewJob(run(job, 1), LATER, LEASE)).toBe(false);
  });

  it('prolongs the active run, again and again', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().renewJob(run(job, 1), NOW + 50_000, LEASE)).toBe(true);
    expect(await store().renewJob(run(job, 1), NOW + 50_000, LEASE)).toBe(true);
    expect(await store().claimJob(run(job, 2), LATER, LEASE)).toMatchObject({ heldBy: 'run-1' });
  });

  it('does not prolong a run that waits, was released or never claimed', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().claimJob(run(job, 2), NOW, LEASE);
    expect(await store().renewJob(run(job, 2), NOW, LEASE)).toBe(false);
    await store().releaseJob(run(job, 1));
    expect(await store().renewJob(run(job, 1), NOW, LEASE)).toBe(false);
    expect(await store().renewJob(run(fresh('job'), 1), NOW, LEASE)).toBe(false);
  });

  it('leaves the active run alone when another one is released, or the same one twice', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    await store().claimJob(run(job, 2), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    expect(await store().claimJob(run(job, 3), NOW, LEASE)).toMatchObject({ heldBy: 'run-2' });
  });

  it('keeps jobs apart', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(fresh('job'), 2), NOW, LEASE)).toEqual({ claimed: true });
  });
}

function describeWaiting(store: () => RunStore): void {
  let job: string;
  beforeEach(async () => {
    job = fresh('job');
    await store().claimJob(run(job, 0), NOW, 10 * LEASE);
  });

  const waitingBefore = async (number: number, now = NOW): Promise<number> => {
    const answer = await store().claimJob(run(job, number), now, LEASE);
    if (answer.claimed) throw new Error('expected to wait');
    return answer.waiting;
  };

  it('counts the runs that waited before, not those after, however often a run asks', async () => {
    expect(await waitingBefore(1)).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
    expect(await waitingBefore(3)).toBe(2);
    expect(await waitingBefore(1)).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
  });

  it('shows a run to a later one that was started in the same moment', async () => {
    const counts = await Promise.all([waitingBefore(2), waitingBefore(1)]);
    expect(counts[1]).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
  });

  it('no longer counts a waiting run that died', async () => {
    await waitingBefore(1);
    expect(await waitingBefore(2, NOW + LEASE)).toBe(1);
    expect(await waitingBefore(2, LATER)).toBe(0);
  });

  it('counts a waiting run as long as it keeps asking', async () => {
    await waitingBefore(1);
    await waitingBefore(1, NOW + 50_000);
    expect(await waitingBefore(2, LATER)).toBe(1);
  });

  it('no longer counts a waiting run that was released or became active', async () => {
    await waitingBefore(1);
    await waitingBefore(2);
    await store().releaseJob(run(job, 1));
    expect(await waitingBefore(3)).toBe(1);
    await store().releaseJob(run(job, 0));
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: true });
    expect(await waitingBefore(3)).toBe(0);
  });
}

function describeRuns(store: () => RunStore): void {
  it('gives back a run as it was saved, with all its members or with the least', async () => {
    const job = fresh('job');
    const most: RunRecord = {
      ...run(job, 1),
      state: 'ok',
      scheduledTime: '2025-11-01T08:00:00Z',
      endedAt: '2025-11-01T09:00:00.000Z',
      planKey: 'plans/1.jsonl',
      groups: 12,
      reportKey: 'reports/1',
      message: 'all is well',
    };
    const least: RunRecord = { ...run(job, 2), state: 'running' };
    for (const record of [most, least]) await store().saveRun(record);
    expect(await store().loadRun(run(job, 1))).toEqual(most);
    expect(await store().loadRun(run(job, 2))).toStrictEqual(least);
  });

  it('knows no run that was never saved', async () => {
    expect(await store().loadRun(run(fresh('job'), 1))).toBeUndefined();
  });

  it('replaces what was saved before, and keeps no member of it', async () => {
    const job = fresh('job');
    await store().saveRun({ ...run(job, 1), state: 'waiting', message: 'waits' });
    await store().saveRun({ ...run(job, 1), state: 'running' });
    await store().saveRun({ ...run(job, 1), state: 'running' });
    expect(await store().listRuns(job, 10)).toStrictEqual([{ ...run(job, 1), state: 'running' }]);
  });

  it('lists the newest runs of one job first, and no more than asked for', async () => {
    const job = fresh('job');
    for (const number of [2, 1, 3]) await store().saveRun({ ...run(job, number), state: 'ok' });
    await store().saveRun({ ...run(fresh('job'), 4), state: 'ok' });
    const ids = async (limit: number): Promise<string[]> => (await store().listRuns(job, limit)).map(({ id }) => id);
    expect(await ids(10)).toEqual(['run-3', 'run-2', 'run-1']);
    expect(await ids(2)).toEqual(['run-3', 'run-2']);
    expect(await ids(0)).toEqual([]);
  });
}

function describeGroups(store: () => RunStore): void {
  it('gives back a group record as it was saved, replacing the one before', async () => {
    const ref = run(fresh('job'), 1);
    const full: GroupRecord = {
      ...groupRecord('a/b', 'vm/100'),
      doing: '2025-11-01T08:10:00Z chunks',
      skipped: [{ reason: 'older-than-newest', count: 2, first: '2025-10-01T00:00:00Z', last: '2025-10-02T00:00:00Z' }],
      failures: [
        { kind: 'DataError', code: 'CHUNK_DAMAGED', message: 'chunk 4ff4 is damaged', snapshot: 's', archive: 'a', digest: 'd' },
      ],
      failureCount: 1,
    };
    await store().saveGroup(ref, full);
    expect(await store().loadGroup(ref, group('a/b', 'vm/100'))).toEqual(full);
    const bare = groupRecord('a/b', 'vm/100');
    await store().saveGroup(ref, bare);
    await store().saveGroup(ref, bare);
    expect(await store().loadGroup(ref, group('a/b', 'vm/100'))).toStrictEqual(bare);
  });

  it('knows no group that was never saved', async () => {
    const ref = run(fresh('job'), 1);
    expect(await store().loadGroup(ref, group('', 'vm/100'))).toBeUndefined();
    expect(await Array.fromAsync(store().listGroups(ref))).toEqual([]);
  });

  it('lists all groups of one run and of no other, over many pages', async () => {
    const ref = run(fresh('job'), 1);
    const failures = Array.from({ length: MAX_FAILURES }, () => ({ kind: 'DataError', code: 'X', message: 'm'.repeat(900) }));
    const records = Array.from({ length: 60 }, (_, index) => ({ ...groupRecord('', `vm/${index}`), failures }));
    await Promise.all(records.map((record) => store().saveGroup(ref, record)));
    await store().saveGroup({ ...ref, id: 'other' }, groupRecord('', 'vm/other'));
    const names = (await Array.fromAsync(store().listGroups(ref))).map(({ name }) => name);
    expect(names.toSorted()).toEqual(records.map(({ name }) => name).toSorted());
  });

  it('keeps groups apart that read alike', async () => {
    const ref = run(fresh('job'), 1);
    const records = [
      groupRecord('a/b', 'c'),
      groupRecord('a', 'b/c'),
      groupRecord('', 'a/b/c'),
      groupRecord('a#b', 'c'),
      groupRecord('a', 'b#c'),
    ];
    for (const record of records) await store().saveGroup(ref, record);
    expect(await Array.fromAsync(store().listGroups(ref))).toHaveLength(records.length);
    for (const record of records) expect(await store().loadGroup(ref, record)).toEqual(record);
  });
}

function describeReplicas(store: () => RunStore): void {
  const vm = group('a/b', 'vm/100');

  it('gives back a replica as it was saved, replacing the one before', async () => {
    const target = fresh('target');
    const full: Replica = {
      ...replica('2025-11-01T08:10:00Z'),
      sourceEtag: 'e1',
      archives: [{ name: 'drive-scsi0.img.fidx', checksum: 'ab'.repeat(32), size: 34_359_738_368 }],
    };
    await store().saveReplica(target, vm, { ...replica(full.snapshot, 'failed'), error: 'CHUNK_DAMAGED: chunk 4ff4' });
    await store().saveReplica(target, vm, full);
    await store().saveReplica(target, vm, full);
    expect(await store().loadReplica(target, vm, full.snapshot)).toStrictEqual(full);
  });

  it('knows no replica that was never saved or was removed', async () => {
    const target = fresh('target');
    const { snapshot } = replica('2025-11-01T08:10:00Z');
    expect(await store().loadReplica(target, vm, snapshot)).toBeUndefined();
    await store().saveReplica(target, vm, replica(snapshot));
    await store().removeReplica(target, vm, snapshot);
    await store().removeReplica(target, vm, snapshot);
    expect(await store().loadReplica(target, vm, snapshot)).toBeUndefined();
    expect(await Array.fromAsync(store().listReplicas(target, vm))).toEqual([]);
  });

  it('lists the replicas of one group in the order of their snapshots', async () => {
    const target = fresh('target');
    const snapshots = ['2025-11-02T08:10:00Z', '2025-10-31T23:59:59Z', '2025-11-01T08:10:00Z'];
    for (const snapshot of snapshots) await store().saveReplica(target, vm, replica(snapshot));
    await store().saveReplica(target, group('a', 'b/vm/100'), replica('2025-11-03T08:10:00Z'));
    await store().saveReplica(fresh('target'), vm, replica('2025-11-04T08:10:00Z'));
    const listed = await Array.fromAsync(store().listReplicas(target, vm));
    expect(listed.map(({ snapshot }) => snapshot)).toEqual(snapshots.toSorted());
  });
}

function describeFailed(store: () => RunStore): void {
  const vm = group('', 'vm/100');
  const failedOf = async (target: string): Promise<string[]> => {
    const failed = await Array.fromAsync(store().listFailed(target));
    return failed.map(({ group: { namespace, name }, snapshot }) => `${namespace}:${name}:${snapshot}`).toSorted();
  };

  it('lists every snapshot of one target whose last attempt failed', async () => {
    const target = fresh('target');
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    await store().saveReplica(target, vm, replica('s2'));
    await store().saveReplica(target, group('a#b', 'ct/1'), replica('s3', 'failed'));
    await store().saveReplica(fresh('target'), vm, replica('s4', 'failed'));
    expect(await failedOf(target)).toEqual([':vm/100:s1', 'a#b:ct/1:s3']);
  });

  it('no longer lists a snapshot that was replicated or removed since', async () => {
    const target = fresh('target');
    for (const snapshot of ['s1', 's2', 's3']) await store().saveReplica(target, vm, replica(snapshot, 'failed'));
    await store().saveReplica(target, vm, replica('s1'));
    await store().removeReplica(target, vm, 's2');
    expect(await failedOf(target)).toEqual([':vm/100:s3']);
  });

  it('lists a snapshot again that failed after it was replicated', async () => {
    const target = fresh('target');
    await store().saveReplica(target, vm, replica('s1'));
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    expect(await failedOf(target)).toEqual([':vm/100:s1']);
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

function group(namespace: string, name: string): Group {
  return { namespace, name };
}

/** Run number `number` of a job; each starts a second after the one before. */
function run(job: string, number: number): RunRef {
  return { job, id: `run-${number}`, startedAt: new Date(NOW + number * 1000).toISOString() };
}

function groupRecord(namespace: string, name: string): GroupRecord {
  const moved = {
    snapshotsCopied: 1,
    snapshotsUpdated: 0,
    snapshotsFailed: 0,
    chunks: 7,
    chunksKnown: 2,
    bytes: 5_000_000_000,
    verified: 7,
  };
  return {
    namespace,
    name,
    state: 'running',
    startedAt: '2025-11-01T08:00:00.000Z',
    updatedAt: '2025-11-01T08:00:01.000Z',
    snapshots: 3,
    snapshotsDone: 1,
    tally: { ...moved, source: { ...noRequests(), get: 9 }, target: { ...noRequests(), put: 9 } },
    skipped: [],
    failures: [],
    failureCount: 0,
  };
}

function replica(snapshot: string, state: Replica['state'] = 'replicated'): Replica {
  return { snapshot, state, at: '2025-11-01T09:00:00.000Z', run: 'run-1', archives: [], chunks: 3, bytes: 12_345 };
}
