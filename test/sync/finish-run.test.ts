import { describe, expect, it } from 'vitest';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import { TransientError } from '../../lib/errors.ts';
import { finishRun } from '../../lib/sync/finish-run.ts';
import type { FinishRunInput, FinishRunOutput } from '../../lib/sync/payloads.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { removedKey } from '../../lib/sync/run-files.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startRun } from '../../lib/sync/start-run.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { crash } from '../support/faulty.ts';
import { groupItem, lockHolder, stealLock } from '../support/group-sync.ts';
import { callWorker, memoryCloud, newRun, readPlan, type MemoryCloud } from '../support/memory-run.ts';
import { fillSmall } from '../support/sample-store.ts';

interface Finish {
  readonly output: FinishRunOutput;
  readonly told: readonly FlotillaEvent[];
}

async function finish(cloud: MemoryCloud, run: RunRef, input: Pick<FinishRunInput, 'start' | 'error'>): Promise<Finish> {
  const { events: before } = cloud;
  const from = before.length;
  return { output: await finishRun(input, callWorker(cloud, run)), told: cloud.events.slice(from) };
}

/** A run of the small datastore that has planned, and done as many lines of its plan as asked for. */
async function runUpTo(
  lines: number,
  members = {},
): Promise<{ cloud: MemoryCloud; run: RunRef; start: NonNullable<FinishRunInput['start']> }> {
  const cloud = memoryCloud(members);
  await fillSmall(cloud.source);
  const run = newRun(cloud);
  const decision = await startRun({}, cloud.control, callWorker(cloud, run));
  for (const item of (await readPlan(cloud, decision)).slice(0, lines)) await syncGroup(item, null, callWorker(cloud, run));
  return { cloud, run, start: { ...decision, job: {} } };
}

const reportIn = async (cloud: MemoryCloud, { reportKey }: FinishRunOutput): Promise<Report> =>
  JSON.parse((await cloud.control.get(`${reportKey}.json`))!.bytes.toString()) as Report;

describe('finishRun', () => {
  it('sums up what its workers did, for machines and for people, and tells the world', async () => {
    const { cloud, run, start } = await runUpTo(3);
    cloud.clock.advance(5000);
    const { output, told } = await finish(cloud, run, { start });
    expect(output).toMatchObject({
      state: 'ok',
      succeeded: true,
      counts: { groups: { total: 2, planned: 2, ok: 2 }, snapshots: { copied: 3 } },
    });
    const report = await reportIn(cloud, output);
    expect(told).toMatchObject([
      { type: 'flotilla.run', kind: 'finished', id: `${run.job}/${run.id}/ok`, state: 'ok', run: { id: run.id } },
    ]);
    expect(report).toMatchObject({ id: run.id, seconds: 5, tally: { snapshotsCopied: 3 }, failures: [] });
    const page = (await cloud.control.get(`${output.reportKey}.html`))!.bytes.toString();
    expect(page).toContain('<html');
    expect(await cloud.store.loadRun(run)).toMatchObject({ state: 'ok', reportKey: output.reportKey, message: output.message });
  });

  it('lets the next run go', async () => {
    const { cloud, run, start } = await runUpTo(3);
    await finish(cloud, run, { start });
    const next = { ...newRun(cloud), order: '', overlap: 'skip', queueDepth: 0 } as const;
    expect(await cloud.store.askTurn(next, cloud.clock.now(), 1000)).toEqual({ decision: 'go' });
  });

  it('counts a group whose worker left no result as unfinished, never as done', async () => {
    const { cloud, run, start } = await runUpTo(1);
    const { output } = await finish(cloud, run, { start });
    expect(output).toMatchObject({ state: 'errors', succeeded: false, counts: { groups: { planned: 2, ok: 1, unfinished: 1 } } });
    expect((await reportIn(cloud, output)).failures).toMatchObject([{ code: 'WORKER_DIED', group: 'vm/100' }, {}]);
  });

  it('takes over the lock of a worker that died, and that of no other run', async () => {
    const { cloud, run, start } = await runUpTo(1);
    await syncGroup(groupItem(), null, callWorker(cloud, run, { faults: crash({ at: 12, when: 'before' }) })).catch(
      () => undefined,
    );
    await cloud.store.saveGroup(run, {
      ...(await cloud.store.loadGroup(run, { namespace: 'prod/web', name: 'host/web' }))!,
      namespace: '',
      name: 'vm/100',
      state: 'running',
    });
    expect(await lockHolder(cloud)).toBe(`daily-offsite/${run.id}`);
    await finish(cloud, run, { start });
    expect(await lockHolder(cloud)).toBeUndefined();

    await stealLock(cloud);
    await finish(cloud, run, { start });
    expect(await lockHolder(cloud)).toBe('another run');
  });

  it('ends a run as failed whose states failed, with the first cause in its message', async () => {
    const { cloud, run, start } = await runUpTo(3);
    const { output } = await finish(cloud, run, {
      start,
      error: { Error: 'ConfigError', Cause: '{"errorMessage":"access denied to bucket x"}' },
    });
    expect(output).toMatchObject({ state: 'failed', succeeded: false });
    expect(output.message).toContain('access denied to bucket x');
  });

  it('ends a run whose start failed, before there was a plan or even a record of it', async () => {
    const cloud = memoryCloud();
    const run = newRun(cloud);
    const { output } = await finish(cloud, run, { error: { Error: 'ConfigError', Cause: 'no such bucket' } });
    expect([output.state, output.counts.groups.planned]).toEqual(['failed', 0]);
    expect(await cloud.store.loadRun(run)).toMatchObject({ state: 'failed', endedAt: expect.any(String) as string });
  });

  it('ends a run that was skipped well, says why, and tells the world', async () => {
    const { cloud, run, start } = await runUpTo(0);
    await cloud.store.saveRun({ ...run, state: 'skipped', message: 'another one waits already' });
    const { output, told } = await finish(cloud, run, { start: { ...start, decision: 'skip', items: 0 } });
    expect(output).toMatchObject({ state: 'skipped', succeeded: true });
    expect(output.message).toContain('another one waits already');
    expect(told).toMatchObject([
      { kind: 'skipped', run: { id: run.id }, severity: 'notice', state: 'skipped', reason: 'another one waits already' },
    ]);
  });

  it('ends a run with nothing to do well', async () => {
    const { cloud, run, start } = await runUpTo(0);
    const { output } = await finish(cloud, run, { start: { ...start, items: 0 } });
    expect(output).toMatchObject({ state: 'ok', succeeded: true, counts: { groups: { total: 2, planned: 0 } } });
  });

  it('tells what was removed', async () => {
    const { cloud, run, start } = await runUpTo(3, { removeVanished: true });
    const removed = { snapshots: 1, groups: 0, namespaces: 0, kept: ['vm/1 (protected)'] };
    await cloud.control.put(removedKey(run), Buffer.from(JSON.stringify({ next: 1, removed })));
    expect(await reportIn(cloud, (await finish(cloud, run, { start })).output)).toMatchObject({ removed });
  });

  it('ends well though nobody can be told, and leaves that to the next one', async () => {
    const { cloud, run, start } = await runUpTo(3);
    const nobody = {
      ...callWorker(cloud, run),
      tell: () => Promise.reject(new TransientError('EVENT_REFUSED', 'the bus is down')),
    };
    expect(await finishRun({ start }, nobody)).toMatchObject({ state: 'ok' });
    expect((await cloud.store.loadStanding(run.job))?.untold).toMatchObject([{ id: `${run.job}/${run.id}/ok` }]);
    const next = newRun(cloud);
    const skipped = { start: { ...start, decision: 'skip', items: 0 } } as const;
    expect((await finish(cloud, next, skipped)).told.map(({ id }) => id)).toEqual([
      `${run.job}/${run.id}/ok`,
      `${run.job}/${next.id}/skipped`,
    ]);
  });

  it('tells of a run that was stopped and went on under its name both ends', async () => {
    const { cloud, run, start } = await runUpTo(3);
    const stopped = { start, error: { Error: 'ConflictError', Cause: 'RUN_STOPPED: stopped on request' } };
    expect((await finish(cloud, run, stopped)).told).toMatchObject([{ id: `${run.job}/${run.id}/stopped` }]);
    expect((await finish(cloud, run, { start })).told).toMatchObject([{ id: `${run.job}/${run.id}/ok` }]);
    expect(await cloud.store.loadStanding(run.job)).toMatchObject({
      ...{ lastGood: { id: run.id }, totals: { runs: { stopped: 1, ok: 1 }, snapshots: { copied: 3 } } },
    });
  });

  it('never reads its plan as empty when that is gone', async () => {
    const { cloud, run, start } = await runUpTo(3);
    await cloud.control.delete([start.round.planKey]);
    await expect(finish(cloud, run, { start })).rejects.toMatchObject({ code: 'PLAN_MISSING' });
  });

  it('may be called again: the answer is the same, and nothing is told twice that was told', async () => {
    const { cloud, run, start } = await runUpTo(3);
    const first = await finish(cloud, run, { start });
    const again = await finish(cloud, run, { start });
    expect(again).toEqual({ output: first.output, told: [] });
  });
});
