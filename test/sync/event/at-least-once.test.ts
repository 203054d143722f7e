import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../lib/errors.ts';
import { crash, failOnce } from '../../support/faulty.ts';
import { copyCloud, LEASE_IS_OVER_MS, memoryCloud, newRun, runJob, type MemoryCloud } from '../../support/memory-run.ts';
import { fillSmall } from '../../support/sample-store.ts';

/** A copy that is behind max-lag from the beginning: its first run brings it up to date. */
async function lateCloud(): Promise<MemoryCloud> {
  const cloud = memoryCloud({ maxLagSeconds: 60, workerThreads: 2, transfersInFlight: 2 });
  await fillSmall(cloud.source);
  return cloud;
}

/** Ends as what was ended before: the table says that lag was raised. */
async function raise({ store, job, clock }: MemoryCloud): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const totals = { runs: {}, seconds: 0, bytes: 0, chunks: 0, snapshots: {}, groups: {}, requests: {}, throttled: {} };
  const standing = { revision: 1, changedAt: at, counted: [], totals: { ...totals, retried: {}, errors: {} } };
  await store.saveStanding(job.id, { ...standing, lagRaised: at, lagRaises: 1 }, undefined);
}

/** In the middle of a run, where groups are synced, nothing is told: every call at its end and some before are enough. */
const STRIDE = 20;

const ids = ({ events }: MemoryCloud): string[] => events.map(({ id }) => id);

describe('events of a run', () => {
  it('are told once each, in their order, when nothing goes wrong', async () => {
    const cloud = await lateCloud();
    await raise(cloud);
    const { run } = await runJob(cloud);
    const of = `${run.job}/${run.id}`;
    expect(ids(cloud)).toEqual([`${of}/started`, `${of}/ok`, `${run.job}/lag/cleared/1`]);
    expect(await cloud.store.loadStanding(run.job)).toMatchObject({ counted: [`${run.id} ok`], lagRaises: 1 });
    expect(await cloud.store.loadStanding(run.job)).not.toHaveProperty('untold');
  });

  it.each(['before', 'after'] as const)(
    'are told at least once, under the same ids, whichever call fails %s it',
    async (when) => {
      const cloud = await lateCloud();
      const clean = copyCloud(cloud);
      await raise(clean);
      const counting = failOnce({ at: Number.MAX_SAFE_INTEGER, when }, () => new Error('never'));
      const run = newRun(clean);
      await runJob(clean, { faults: counting }, run);
      for (let at = 1; at <= counting.calls; at += at < counting.calls - 20 ? STRIDE : 1) {
        const tried = copyCloud(cloud);
        await raise(tried);
        const faults = failOnce({ at, when }, () => new TransientError('SLOW_DOWN', 'throttled'));
        await runJob(tried, { faults }, run);
        expect([...new Set(ids(tried))], `call ${String(at)}`).toEqual(ids(clean));
        expect(await tried.store.loadStanding(run.job)).toMatchObject({ counted: [`${run.id} ok`], totals: { runs: { ok: 1 } } });
      }
    },
  );

  it('are told by the same run, begun again, whose process died at any call', async () => {
    const cloud = await lateCloud();
    const clean = copyCloud(cloud);
    await raise(clean);
    const counting = crash({ at: Number.MAX_SAFE_INTEGER, when: 'before' });
    const run = newRun(clean);
    await runJob(clean, { faults: counting }, run);
    for (let at = 1; at <= counting.calls; at += at < counting.calls - 20 ? STRIDE : 1) {
      const tried = copyCloud(cloud);
      await raise(tried);
      await runJob(tried, { faults: crash({ at, when: 'after' }) }, run).catch(() => undefined);
      tried.clock.advance(LEASE_IS_OVER_MS);
      await runJob(tried, {}, run);
      expect([...new Set(ids(tried))], `call ${String(at)}`).toEqual(ids(clean));
      expect(await tried.store.loadStanding(run.job)).toMatchObject({ counted: [`${run.id} ok`], totals: { runs: { ok: 1 } } });
    }
  });
});
