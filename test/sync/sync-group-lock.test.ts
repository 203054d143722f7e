import { describe, expect, it } from 'vitest';
import type { SyncCursor } from '../../lib/sync/payloads.ts';
import { crash, recorder } from '../support/faulty.ts';
import { groupItem, isManifest, lockHolder, manifestsOn, stealLock, syncOnce, vmCloud } from '../support/group-sync.ts';
import { contents, copyCloud, LEASE_IS_OVER_MS, newRun } from '../support/memory-run.ts';
import { findTorn } from '../support/restorable.ts';
import { nameOf } from '../support/sample-store.ts';

describe('syncGroup and its lock', () => {
  it('leaves a group that another run holds to a later round, says who, and writes nothing', async () => {
    const cloud = await vmCloud();
    await stealLock(cloud);
    const { run, output, record } = await syncOnce(cloud);
    expect(output).toEqual({ done: true, waitSeconds: 0, cursor: null });
    expect([record.state, record.doing, cloud.bucket.size]).toEqual(['waiting', 'waits for another run', 0]);
    const deferred = () => Array.fromAsync(cloud.store.listDeferred(run));
    expect(await deferred()).toEqual([{ item: groupItem(), offers: 0 }]);
    cloud.clock.advance(LEASE_IS_OVER_MS);
    expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
    expect(await deferred()).toEqual([]);
  });

  it('is not left to a later round any more once it is done, wherever the call ended that had left it', async () => {
    for (let at = 1; ; at += 1) {
      const cloud = await vmCloud();
      await stealLock(cloud);
      const run = newRun(cloud);
      const wire = crash({ at, when: 'after' });
      await syncOnce(cloud, { run, faults: wire }).catch(() => undefined);
      if (!wire.tripped) break;
      cloud.clock.advance(LEASE_IS_OVER_MS);
      expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
      expect(await Array.fromAsync(cloud.store.listDeferred(run)), `call ${String(at)}`).toEqual([]);
    }
  });

  it('commits nothing once its lock is lost, whenever that is', async () => {
    const whole = await vmCloud();
    const wire = crash({ at: Infinity, when: 'before' });
    await syncOnce(copyCloud(whole), { faults: wire });
    let lost = 0;
    for (let at = 5; at <= wire.calls; at += 1) {
      const cloud = copyCloud(whole);
      let number = 0;
      let stolenAt: string[] | undefined;
      const thief = {
        before: async ({ method, args }: { method: string; args: readonly unknown[] }) => {
          number += 1;
          // Between the proof and the write of a manifest lies one request; the lease is longer than that.
          if (number < at || stolenAt !== undefined || (method === 'put' && isManifest(args[0]))) return;
          await stealLock(cloud);
          stolenAt = manifestsOn(cloud);
        },
      };
      const { output } = await syncOnce(cloud, { faults: thief });
      if (stolenAt === undefined || (output.done && stolenAt.length === 2)) continue;
      lost += 1;
      expect(output, `call ${String(at)}`).toEqual({ done: false, waitSeconds: 2, cursor: null });
      expect([manifestsOn(cloud), await lockHolder(cloud)]).toEqual([stolenAt, 'another run']);
    }
    expect(lost).toBeGreaterThan(20);
  });

  it('renews its lease when it has listed for long, before it moves anything', async () => {
    const cloud = await vmCloud();
    const calls: string[] = [];
    const before = ({ method }: { method: string }): void => {
      calls.push(method);
      if (method === 'list') cloud.clock.advance(8_000);
    };
    expect((await syncOnce(cloud, { faults: { before } })).record.state).toBe('ok');
    expect(calls.indexOf('renewLock')).toBeGreaterThan(calls.indexOf('list'));
    expect(calls.indexOf('renewLock')).toBeLessThan(calls.indexOf('get'));
  });

  it('renews its lease while it moves what takes longer than the lease', async () => {
    const cloud = await vmCloud();
    const slow = { before: () => cloud.clock.advance(14_000) };
    const { output, record } = await syncOnce(cloud, { faults: slow });
    expect([output.done, record.state]).toEqual([true, 'ok']);
  });

  it('lets a call that was given up commit nothing beside the call that took its place', async () => {
    const cloud = await vmCloud();
    const run = newRun(cloud);
    let entered = false;
    const second = {
      after: async ({ method, args }: { method: string; args: readonly unknown[] }) => {
        if (entered || method !== 'get' || !String(args[0]).startsWith('.chunks/')) return;
        entered = true;
        // The same run calls again while the first call is still at it, as after a timeout.
        expect((await syncOnce(cloud, { run })).record.state).toBe('ok');
      },
    };
    const { output } = await syncOnce(cloud, { run, faults: second });
    expect(output).toMatchObject({ done: false, cursor: null });
    expect([findTorn(cloud.bucket, 'offsite'), cloud.bucket.torn, manifestsOn(cloud).length]).toEqual([[], [], 2]);
  });

  it('two runs at once: one waits for the other, nothing is written twice', async () => {
    const cloud = await vmCloud();
    const passed = recorder();
    const [a, b] = await Promise.all([syncOnce(cloud, { faults: passed }), syncOnce(cloud, { faults: passed })]);
    expect([a.record.state, b.record.state].toSorted()).toEqual(['ok', 'waiting']);
    const puts = passed.calls.filter(({ method }) => method === 'put').map(({ args }) => args[0]);
    expect(new Set(puts).size).toBe(puts.length);
  });
});

describe('syncGroup at its deadline', () => {
  it('goes on to the same end from every point where it can stop, and moves nothing twice', async () => {
    const whole = await vmCloud();
    const clean = copyCloud(whole);
    await syncOnce(clean);
    const asked = { count: 0 };
    await syncOnce(copyCloud(whole), { stopReason: () => void (asked.count += 1) });

    for (let stop = 1; stop <= asked.count; stop += 1) {
      const cloud = copyCloud(whole);
      const run = newRun(cloud);
      const passed = recorder();
      let cursor: SyncCursor | undefined;
      let calls = 0;
      for (let done = false; !done; calls += 1) {
        let asks = 0;
        // Each call gets as far as it gets before it was asked so many times: once at its start, once for each snapshot that it
        // begins, and once for each transfer, of which it does one at least.
        const stopReason = () => ((asks += 1) > stop + 3 ? ('deadline' as const) : undefined);
        const next = await syncOnce(cloud, { run, faults: passed, stopReason, ...(cursor && { cursor }) });
        cursor = next.output.cursor ?? undefined;
        done = next.output.done;
        expect(calls).toBeLessThan(40);
      }
      expect(contents(cloud.target)).toEqual(contents(clean.target));
      expect(cloud.bucket.torn).toEqual([]);
      const puts = passed.calls.filter(({ method }) => method === 'put').map(({ args }) => args[0]);
      expect(puts.length, `stop ${String(stop)}`).toBe(new Set(puts).size);
      const record = await cloud.store.loadGroup(run, groupItem());
      expect(record).toMatchObject({ state: 'ok', snapshots: 2, snapshotsDone: 2, failureCount: 0 });
      expect(record!.tally).toMatchObject({ snapshotsCopied: 2, chunks: 5, verified: 5 });
      // What was moved ahead for a snapshot that had to wait for the next call, is known to that call.
      expect(record!.tally.chunksKnown).toBeGreaterThanOrEqual(3);
      expect(record!.tally.chunksKnown).toBeLessThanOrEqual(4);
    }
  });

  it('keeps its lock between two calls, so that no other run steps in', async () => {
    const cloud = await vmCloud();
    const { run, output, record } = await syncOnce(cloud, { stopReason: () => 'deadline' });
    expect(output).toMatchObject({ done: false, waitSeconds: 0, cursor: { snapshot: nameOf(1), position: 0 } });
    expect([record.state, await lockHolder(cloud)]).toEqual(['running', `daily-offsite/${run.id}`]);
  });

  it('starts over when another run had the group in between', async () => {
    const cloud = await vmCloud();
    const { run, output } = await syncOnce(cloud, { stopReason: () => 'deadline' });
    await stealLock(cloud);
    const blocked = await syncOnce(cloud, { run, cursor: output.cursor! });
    expect([blocked.output, blocked.record.state]).toMatchObject([{ done: true, cursor: null }, 'waiting']);
    cloud.clock.advance(LEASE_IS_OVER_MS);
    expect((await syncOnce(cloud, { run })).record).toMatchObject({ state: 'ok', snapshotsDone: 2 });
  });
});

describe('syncGroup when somebody asks it to stop', () => {
  it('ends before it begins, or at its next safe point, and lets go of its lock', async () => {
    const cloud = await vmCloud();
    const early = await syncOnce(cloud, { stopReason: () => 'asked' });
    expect([early.output.done, early.record.state, cloud.bucket.size]).toEqual([true, 'stopped', 0]);

    let asks = 0;
    const late = await syncOnce(cloud, { stopReason: () => ((asks += 1) > 4 ? 'asked' : undefined) });
    expect([late.output.done, late.record.state, late.record.tally.chunks > 0]).toEqual([true, 'stopped', true]);
    expect([manifestsOn(cloud), await lockHolder(cloud)]).toEqual([[], undefined]);
  });

  it('lets go of the lock that an earlier call kept at its deadline', async () => {
    const cloud = await vmCloud();
    const { run, output } = await syncOnce(cloud, { stopReason: () => 'deadline' });
    const { record } = await syncOnce(cloud, { run, cursor: output.cursor!, stopReason: () => 'asked' });
    expect([record.state, await lockHolder(cloud)]).toEqual(['stopped', undefined]);
  });
});
