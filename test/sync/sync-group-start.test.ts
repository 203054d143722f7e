import { describe, expect, it } from 'vitest';
import { mostInWindow } from '../limits/start-gate/simulate.ts';
import { crash } from '../support/faulty.ts';
import { groupItem, stealLock, syncOnce, vmCloud } from '../support/group-sync.ts';
import { LEASE_IS_OVER_MS, memoryCloud, newRun, runJob, type MemoryCloud } from '../support/memory-run.ts';
import { fill, vmOn } from '../support/sample-store.ts';

const BATCH = { startBatchSize: 1, startBatchPeriod: 10 };

async function twoGroups(): Promise<MemoryCloud> {
  const cloud = memoryCloud(BATCH);
  await fill(cloud.source, [vmOn(1), vmOn(1, { id: '101' })]);
  return cloud;
}

describe('syncGroup and the start gate', () => {
  it('waits for its place without its lock, without a record and without a look at the datastores', async () => {
    const cloud = await twoGroups();
    const run = newRun(cloud);
    const first = await syncOnce(cloud, { run });
    expect(first.record).toMatchObject({ state: 'ok', startedAt: new Date(cloud.clock.now()).toISOString() });
    const second = await syncOnce(cloud, { run, item: groupItem('vm/101') });
    expect(second.output).toEqual({ done: false, waitSeconds: 10, cursor: null, place: cloud.clock.now() + 10_000 });
    expect(second.record).toBeUndefined();
    const methods = second.calls.map(({ method }) => method);
    expect(methods.filter((method) => ['list', 'head', 'get', 'put', 'saveGroup'].includes(method))).toEqual([]);
    // The run's claim does not run out while all its workers wait.
    expect(methods.slice(-3)).toEqual(['claimStart', 'yieldLock', 'renewTurn']);
    // It keeps its place: a later run does not have the group before it.
    cloud.clock.advance(1);
    const later = await syncOnce(cloud, { item: groupItem('vm/101') });
    expect(later.record).toMatchObject({ state: 'waiting', doing: expect.stringContaining(run.id) as string });
    expect(cloud.lines).toContain('[vm/101]: waits 10 s for its start: 1 groups start in 10 s at most');
  });

  it('records a start only when work begins: not while another run holds the group', async () => {
    const cloud = await twoGroups();
    await stealLock(cloud);
    expect((await syncOnce(cloud)).record).toMatchObject({ state: 'waiting' });
    expect((await syncOnce(cloud)).record).not.toHaveProperty('startedAt');
    const other = await syncOnce(cloud, { item: groupItem('vm/101') });
    expect(other.record.state).toBe('ok');
  });

  it('does not start again when it is called again, at its deadline or after an error that may pass', async () => {
    const cloud = await twoGroups();
    const run = newRun(cloud);
    let moved = 0;
    const atDeadline = await syncOnce(cloud, { run, stopReason: () => ((moved += 1) > 4 ? 'deadline' : undefined) });
    expect(atDeadline.output.done).toBe(false);
    const { cursor } = atDeadline.output;
    expect((await syncOnce(cloud, { run, ...(cursor !== null && { cursor }) })).output.done).toBe(true);

    cloud.clock.advance(10_000);
    const item = groupItem('vm/101');
    await syncOnce(cloud, { run, item, faults: crash({ at: 20, when: 'before' }) }).catch(() => undefined);
    cloud.clock.advance(LEASE_IS_OVER_MS);
    const again = await syncOnce(cloud, { run, item });
    expect(again.record.state).toBe('ok');
    expect(Date.parse(again.record.startedAt!)).toBe(cloud.clock.now() - LEASE_IS_OVER_MS);
  });

  it('asks nobody when the batch is off', async () => {
    const cloud = await vmCloud();
    const { calls, record } = await syncOnce(cloud, { job: { ...cloud.job, startBatchSize: 0 } });
    expect(calls.map(({ method }) => method)).not.toContain('claimStart');
    expect(record).toHaveProperty('startedAt');
  });

  it('holds over two runs on one target', async () => {
    const cloud = memoryCloud({ startBatchSize: 2, startBatchPeriod: 5, workerThreads: 8 });
    await fill(
      cloud.source,
      Array.from({ length: 8 }, (_, number) => vmOn(1, { id: String(100 + number) })),
    );
    const runs = await Promise.all(['nightly', 'hourly'].map((id) => runJob(cloud, { job: { ...cloud.job, id } })));
    const starts = runs.flatMap(({ records }) => records.flatMap(({ startedAt = [] }) => startedAt));
    expect(starts.length).toBeGreaterThanOrEqual(8);
    expect(
      mostInWindow(
        starts.map((at) => Date.parse(at)),
        5_000,
      ),
    ).toBe(2);
  });
});
