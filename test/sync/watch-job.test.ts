import { describe, expect, it } from 'vitest';
import { EventSchema } from '../../lib/sync/event/event.ts';
import type { JobHealth } from '../../lib/sync/health/health.ts';
import { lookAtJob } from '../../lib/sync/health/look-at-job.ts';
import type { Job } from '../../lib/sync/job.ts';
import { finishRun } from '../../lib/sync/finish-run.ts';
import { watchTicks } from '../../lib/sync/health/watch-ticks.ts';
import { startRun, type StartDecision } from '../../lib/sync/start-run.ts';
import { watchJob } from '../../lib/sync/watch-job.ts';
import { timesText } from '../../lib/schedule/schedule.ts';
import { scheduleOf } from '../schedule/sample.ts';
import { groupRecord } from './report/facts.ts';
import { callWorker, LEASE_MS, memoryCloud, newRun, runJob, type MemoryCloud } from '../support/memory-run.ts';
import { fillSmall, vmOn } from '../support/sample-store.ts';

const HOUR = 3_600_000;
const nightly = scheduleOf('22:00');

/** A copy that is up to date, of a job that runs at 22:00; the clock stands at midnight then. */
async function copied(
  members: Partial<Job> = {},
): Promise<{ cloud: MemoryCloud; addNight: (night: number) => Promise<unknown> }> {
  const cloud = memoryCloud({ schedules: [nightly], maxLagSeconds: 26 * 3600, ...members });
  const builder = await fillSmall(cloud.source);
  await runJob(cloud);
  cloud.events.length = 0;
  return { cloud, addNight: (night) => builder.addSnapshot(vmOn(night)) };
}

/** One look, and what was told by it: kinds of events. */
async function watch(cloud: MemoryCloud, faults?: { tell: () => Promise<void> }): Promise<{ told: string[]; health: JobHealth }> {
  const before = cloud.events.length;
  const measured: JobHealth[] = [];
  await watchJob(cloud.job, {
    ...{
      store: cloud.store,
      leaseMs: LEASE_MS,
      now: () => cloud.clock.now(),
      measureHealth: (health) => void measured.push(health),
    },
    tell: async (event) => {
      await faults?.tell();
      cloud.events.push(EventSchema.parse(event));
    },
  }).catch((error: unknown) => {
    if (faults === undefined) throw error;
  });
  return { told: cloud.events.slice(before).map(({ type, kind }) => `${type} ${kind}`), health: measured[0]! };
}

/** The tick of the last evening was served by this run. */
async function serveTick({ store, job, clock }: MemoryCloud, run: string): Promise<void> {
  const evening = new Date(Math.floor((clock.now() - 22 * HOUR) / (24 * HOUR)) * 24 * HOUR + 22 * HOUR).toISOString();
  const served = evening.replace('.000Z', 'Z');
  await store.saveTick(
    job.id,
    nightly.name,
    { times: timesText(nightly), served, run },
    await store.loadTick(job.id, nightly.name),
  );
}

/** What start-run answers when a run is skipped. */
async function runSkipped(): Promise<StartDecision> {
  const cloud = memoryCloud();
  await fillSmall(cloud.source);
  const decision = await startRun({}, cloud.control, callWorker(cloud, newRun(cloud)));
  return { ...decision, decision: 'skip', items: 0 };
}

describe('watching a job', () => {
  it('measures it, and tells nothing while all is well', async () => {
    const { cloud } = await copied();
    await serveTick(cloud, 'run-1');
    const { told, health } = await watch(cloud);
    expect(told).toEqual([]);
    expect(health).toMatchObject({ lag: { state: 'current', missing: 0 }, overdue: [], maxLagSeconds: 26 * 3600 });
    expect(health.live).toEqual({ waiting: 0, running: 0, workers: 0, idleLockSeconds: 0 });
  });

  it('tells once that no run comes for a tick, and that lag is over max-lag then, though no run says so', async () => {
    const { cloud } = await copied();
    await serveTick(cloud, 'run-1');
    const told: string[][] = [];
    for (let hour = 1; hour <= 30; hour += 1) {
      cloud.clock.advance(HOUR);
      told.push((await watch(cloud)).told);
    }
    const hours = (kind: string): number[] => told.flatMap((each, at) => (each.includes(kind) ? [at + 1] : []));
    // The tick is due at 22 hours past midnight; an hour of grace follows. The last look was at midnight.
    expect([hours('flotilla.tick overdue'), hours('flotilla.lag raised')]).toEqual([[24], [27]]);
    expect(told.flat()).toHaveLength(2);
    const { health } = await watch(cloud);
    expect(health).toMatchObject({ lag: { state: 'unknown', seconds: 30 * 3600 }, overdue: [{ seconds: 8 * 3600 }] });
  });

  it('watches for the ticks of a schedule that never had a run, from when it saw it first', async () => {
    const { cloud } = await copied();
    expect((await watch(cloud)).told).toEqual([]);
    cloud.clock.advance(24 * HOUR);
    expect((await watch(cloud)).told).toEqual(['flotilla.tick overdue']);
  });

  it('says nothing of ticks while the job is suspended, nor of these when it no longer is', async () => {
    const { cloud } = await copied();
    await serveTick(cloud, 'run-1');
    await watch(cloud);
    await cloud.store.saveSuspension(cloud.job.id, { since: new Date(cloud.clock.now()).toISOString() });
    for (let quarter = 0; quarter < 4 * 24; quarter += 1) {
      cloud.clock.advance(HOUR / 4);
      expect((await watch(cloud)).told).toEqual([]);
    }
    await cloud.store.removeSuspension(cloud.job.id);
    cloud.clock.advance(HOUR);
    expect((await watch(cloud)).told).toEqual([]);
    expect((await watch(cloud)).health.lag).toMatchObject({ state: 'unknown' });
    cloud.clock.advance(23 * HOUR);
    expect((await watch(cloud)).told).toEqual(['flotilla.lag raised', 'flotilla.tick overdue']);
  });

  it('tells it the next time when nobody could be told', async () => {
    const { cloud } = await copied();
    await serveTick(cloud, 'run-1');
    cloud.clock.advance(25 * HOUR);
    const { told, health } = await watch(cloud, { tell: () => Promise.reject(new Error('the bus is down')) });
    expect([told, health.overdue.length]).toEqual([[], 1]);
    expect((await watch(cloud)).told).toEqual(['flotilla.tick overdue']);
    expect((await watch(cloud)).told).toEqual([]);
  });

  it.each(['with', 'without'] as const)(
    'tells once of a run that was killed after it came for a tick, %s a record',
    async (record) => {
      const { cloud } = await copied();
      await serveTick(cloud, 'run-1');
      await watch(cloud);
      cloud.clock.advance(22 * HOUR);
      const killed = newRun(cloud);
      await serveTick(cloud, killed.id);
      if (record === 'with') await cloud.store.saveRun({ ...killed, state: 'running' });
      cloud.clock.advance(HOUR);
      expect((await watch(cloud)).told).toEqual([]);
      cloud.clock.advance(HOUR);
      const { told, health } = await watch(cloud);
      expect([told, health.overdue]).toMatchObject([['flotilla.tick overdue'], [{ seconds: 2 * 3600, lost: killed.id }]]);
      expect(health.lag).toMatchObject({ state: 'unknown', seconds: 24 * 3600 });
      expect((await watch(cloud)).told).toEqual([]);
      expect(cloud.events.at(-1)?.message).toContain(`run ${killed.id} is gone without an end`);
      await runJob(cloud);
      expect((await watch(cloud)).health).toMatchObject({ overdue: [], lag: { state: 'current' } });
    },
  );

  it('alone tells of lag where a run was skipped: that knows no more', async () => {
    const { cloud } = await copied();
    await serveTick(cloud, 'run-1');
    cloud.clock.advance(30 * HOUR);
    await watch(cloud);
    const [run, before] = [newRun(cloud), cloud.events.length];
    await cloud.store.saveRun({ ...run, state: 'skipped', message: 'suspended' });
    await finishRun({ start: { ...(await runSkipped()), job: {} } }, callWorker(cloud, run));
    expect(cloud.events.slice(before)).toMatchObject([{ kind: 'skipped', lag: { state: 'unknown', seconds: 30 * 3600 } }]);
    expect((await watch(cloud)).told).toEqual([]);
  });

  it('is not misled by a clock that was years ahead', async () => {
    const { cloud } = await copied();
    await cloud.store.saveTick(
      cloud.job.id,
      nightly.name,
      { times: timesText(nightly), served: '2036-01-01T22:00:00Z', run: 'wrong' },
      undefined,
    );
    await watch(cloud);
    cloud.clock.advance(25 * HOUR);
    expect((await watch(cloud)).told).toEqual(['flotilla.tick overdue']);
  });

  it('writes nothing where nothing changed, in whatever order the table keeps its schedules', () => {
    const schedules = [scheduleOf('22:00'), { ...scheduleOf('23:00'), name: 'late' }];
    const standing = watchTicks(undefined, schedules, { at: 0, isSuspended: false })!;
    const turned = { ...standing, watched: Object.fromEntries(Object.entries(standing.watched!).toReversed()) };
    expect(watchTicks(turned, schedules, { at: HOUR, isSuspended: false })).toBe(turned);
  });

  it('counts runs at work and their workers, and sees what these have copied', async () => {
    const { cloud, addNight } = await copied({ schedules: [] });
    await addNight(3);
    cloud.clock.advance(HOUR);
    const run = newRun(cloud);
    await cloud.store.askTurn({ ...run, order: '', overlap: 'queue', queueDepth: 1 }, cloud.clock.now(), LEASE_MS);
    const at = new Date(cloud.clock.now()).toISOString();
    await cloud.store.saveRun({ ...run, state: 'running', planKey: 'plan', looked: { at, whole: true } });
    const behind = { missing: 2, since: at, newest: at, at };
    await cloud.store.saveGroup(run, groupRecord({ state: 'running', updatedAt: at, behind }));
    cloud.clock.advance(30_000);
    const { health } = await lookAtJob(cloud.job, { store: cloud.store, leaseMs: LEASE_MS, now: () => cloud.clock.now() });
    expect(health.live).toEqual({ waiting: 0, running: 1, workers: 1, idleLockSeconds: 30 });
    expect(health.lag).toMatchObject({ state: 'behind', missing: 2, seconds: 30 });
  });
});
