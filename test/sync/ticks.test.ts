import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tickInput } from '../../lib/schedule/schedule.ts';
import type { Job } from '../../lib/sync/job.ts';
import type { RunTrigger } from '../../lib/sync/payloads.ts';
import { admitRun } from '../../lib/sync/admit-run.ts';
import { tickDue } from '../../lib/sync/decide-tick.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startRun, type StartDecision } from '../../lib/sync/start-run.ts';
import { scheduleOf } from '../schedule/sample.ts';
import { callWorker, memoryCloud, newRun, type MemoryCloud } from '../support/memory-run.ts';
import { fillSmall } from '../support/sample-store.ts';

const HOUR = 3_600_000;

/** A datastore with something in it, for all of these runs to read. */
const filled = memoryCloud();
beforeAll(() => fillSmall(filled.source));

/** A cloud whose clock shows this time, with a job that is scheduled. */
function cloudAt(time: string, members: Partial<Job> = {}): MemoryCloud {
  const cloud = memoryCloud({ schedules: [scheduleOf('hourly')], ...members });
  for (const [key, object] of filled.source.objects) cloud.source.objects.set(key, object);
  advanceTo(cloud, time);
  return cloud;
}

const advanceTo = (cloud: MemoryCloud, time: string): void => cloud.clock.advance(Date.parse(time) - cloud.clock.now());

/** Starts a run for a time of schedule `main`; it is over at once, so that no other waits for it. */
async function tick(cloud: MemoryCloud, time: string, run = newRun(cloud), schedule = 'main'): Promise<StartDecision> {
  return begin(cloud, { scheduledTime: time, schedule }, run);
}

async function begin(cloud: MemoryCloud, trigger: RunTrigger, run: RunRef): Promise<StartDecision> {
  const worker = callWorker(cloud, run);
  const decision = await startRun(trigger, worker.control, worker);
  await cloud.store.releaseTurn(run);
  return decision;
}

describe('a tick', () => {
  it('is served once, however often it is delivered, and the same run is told the same', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    const [first, second] = [newRun(cloud), newRun(cloud)];
    expect(await tick(cloud, '2026-11-21T10:00:00Z', first)).toMatchObject({ decision: 'go' });
    expect(await tick(cloud, '2026-11-21T10:00:00Z', second)).toMatchObject({ decision: 'skip' });
    expect(await tick(cloud, '2026-11-21T10:00:00Z', first)).toMatchObject({ decision: 'go' });
    expect(await tick(cloud, '2026-11-21T10:00:00Z', second)).toMatchObject({ decision: 'skip' });
    expect(await cloud.store.loadRun(second)).toMatchObject({
      ...{ state: 'skipped', schedule: 'main', scheduledTime: '2026-11-21T10:00:00Z' },
      message: `the tick of 2026-11-21T10:00:00Z is served by run ${first.id}`,
    });
  });

  it('that comes when later ones are due is served with them by one run, which says what was missed', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    await tick(cloud, '2026-11-21T10:00:00Z');
    advanceTo(cloud, '2026-11-21T14:20:00Z');
    const late = newRun(cloud);
    expect(await tick(cloud, '2026-11-21T11:00:00Z', late)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(late)).toMatchObject({
      scheduledTime: '2026-11-21T14:00:00Z',
      missed: { count: 3, since: '2026-11-21T11:00:00Z' },
    });
    expect(cloud.lines).toContain('serves what was missed before as well: 3 times of the schedule since 2026-11-21T11:00:00Z');
    for (const hour of ['12', '13', '14']) {
      expect(await tick(cloud, `2026-11-21T${hour}:00:00Z`)).toMatchObject({ decision: 'skip' });
    }
    advanceTo(cloud, '2026-11-21T15:00:00Z');
    const next = newRun(cloud);
    expect(await tick(cloud, '2026-11-21T15:00:00Z', next)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(next)).not.toHaveProperty('missed');
  });

  it('is still its run’s when a later one was served while it waited', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    const [busy, waiting, later] = [newRun(cloud), newRun(cloud), newRun(cloud)];
    const call = (run: RunRef, trigger: RunTrigger) => startRun(trigger, callWorker(cloud, run).control, callWorker(cloud, run));
    await call(busy, {});
    const trigger = { schedule: 'main', scheduledTime: '2026-11-21T10:00:00Z' };
    expect(await call(waiting, trigger)).toMatchObject({ decision: 'wait' });
    advanceTo(cloud, '2026-11-21T11:00:00Z');
    await call(later, { schedule: 'main', scheduledTime: '2026-11-21T11:00:00Z' });
    await cloud.store.releaseTurn(busy);
    await cloud.store.releaseTurn(later);
    expect(await call(waiting, trigger)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(waiting)).toMatchObject({ scheduledTime: '2026-11-21T10:00:00Z' });
  });

  it('is told of by the run that was skipped with it, those that were missed too, however often it is asked', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z', { overlap: 'skip' });
    await tick(cloud, '2026-11-21T10:00:00Z');
    const [busy, skipped] = [newRun(cloud), newRun(cloud)];
    await startRun({}, callWorker(cloud, busy).control, callWorker(cloud, busy));
    advanceTo(cloud, '2026-11-21T13:00:05Z');
    await cloud.store.renewTurn(busy, cloud.clock.now(), callWorker(cloud, busy).leaseMs);
    for (const asked of ['once', 'again']) {
      expect([asked, (await tick(cloud, '2026-11-21T12:00:00Z', skipped)).decision]).toEqual([asked, 'skip']);
      expect(await cloud.store.loadRun(skipped)).toMatchObject({
        ...{ state: 'skipped', scheduledTime: '2026-11-21T13:00:00Z' },
        missed: { count: 2, since: '2026-11-21T11:00:00Z' },
      });
    }
  });

  it('is its run’s with all that it missed, though the run was killed before it said so and a later tick was served since', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    await tick(cloud, '2026-11-21T10:00:00Z');
    advanceTo(cloud, '2026-11-21T13:00:05Z');
    const [killed, later] = [newRun(cloud), newRun(cloud)];
    const worker = callWorker(cloud, killed);
    await admitRun({ scheduledTime: '2026-11-21T13:00:00Z', schedule: 'main' }, worker);
    advanceTo(cloud, '2026-11-21T14:00:05Z');
    await tick(cloud, '2026-11-21T14:00:00Z', later);
    expect(await cloud.store.loadRun(later)).not.toHaveProperty('missed');
    expect(await tick(cloud, '2026-11-21T13:00:00Z', killed)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(killed)).toMatchObject({
      ...{ scheduledTime: '2026-11-21T13:00:00Z', missed: { count: 2, since: '2026-11-21T11:00:00Z' } },
    });
    expect(await cloud.store.loadTick(cloud.job.id, 'main')).toMatchObject({ run: later.id });
  });

  it('that is no time of its schedule leaves nothing behind', async () => {
    const cloud = cloudAt('2026-11-21T10:30:00Z');
    const run = newRun(cloud);
    expect(await tick(cloud, '2026-11-21T10:30:00Z', run)).toMatchObject({ decision: 'none' });
    expect(await cloud.store.loadRun(run)).toBeUndefined();
  });

  it('that is told with its seconds, or with when in its jitter it starts, is still that tick', async () => {
    const cloud = cloudAt('2026-11-21T10:07:40Z', { schedules: [scheduleOf('hourly', { jitter: '10m' })] });
    const [first, second] = [newRun(cloud), newRun(cloud)];
    expect(await tick(cloud, '2026-11-21T10:07:31Z', first)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(first)).toMatchObject({ scheduledTime: '2026-11-21T10:00:00Z' });
    expect(await tick(cloud, '2026-11-21T10:07:31Z', second)).toMatchObject({ decision: 'none' });
    expect(await tick(cloud, '2026-11-21T10:00:12Z', second)).toMatchObject({ decision: 'skip' });
    expect(await tick(cloud, '2026-11-21T10:11:00Z', newRun(cloud))).toMatchObject({ decision: 'none' });
  });

  it('that lies in the future is skipped, and keeps back none of those that are due before it', async () => {
    const cloud = cloudAt('2026-11-21T10:00:00Z');
    const typo = newRun(cloud);
    expect(await tick(cloud, '2062-11-21T10:00:00Z', typo)).toMatchObject({ decision: 'skip' });
    expect((await cloud.store.loadRun(typo))?.message).toBe('2062-11-21T10:00:00Z is still to come: look at the clocks');
    expect(await tick(cloud, '2026-11-21T10:00:00Z')).toMatchObject({ decision: 'go' });
    // The clock of who tells it may be some minutes ahead.
    expect(await tick(cloudAt('2026-11-21T10:50:00Z'), '2026-11-21T11:00:00Z')).toMatchObject({ decision: 'go' });
  });

  it('is served though a run whose clock was wrong has served one of a later year, and says so', async () => {
    const cloud = cloudAt('2035-01-01T00:00:00Z');
    await tick(cloud, '2035-01-01T00:00:00Z');
    advanceTo(cloud, '2026-11-21T10:00:00Z');
    const run = newRun(cloud);
    expect(await tick(cloud, '2026-11-21T10:00:00Z', run)).toMatchObject({ decision: 'go' });
    expect(cloud.lines.filter((line) => line.includes('its clock was wrong'))).toHaveLength(1);
    expect(await cloud.store.loadTick(cloud.job.id, 'main')).toMatchObject({ served: '2026-11-21T10:00:00Z', run: run.id });
    expect(await tick(cloud, '2026-11-21T10:00:00Z')).toMatchObject({ decision: 'skip' });
  });

  it('is the one it reads like where clocks are put back, whichever of both a scheduler tells', async () => {
    const berlin = { schedules: [scheduleOf('2:30', { timezone: 'Europe/Berlin' })] };
    for (const told of [['00:30'], ['01:30'], ['00:30', '01:30']]) {
      const cloud = cloudAt('2026-10-25T00:30:00Z', berlin);
      const served: unknown[] = [];
      for (const time of told) {
        advanceTo(cloud, `2026-10-25T${time}:00Z`);
        const run = newRun(cloud);
        await tick(cloud, `2026-10-25T${time}:00Z`, run);
        served.push(await cloud.store.loadRun(run));
      }
      expect(served.filter((record) => record !== undefined)).toMatchObject([
        { state: 'running', scheduledTime: '2026-10-25T00:30:00Z' },
      ]);
    }
  });

  it('of a schedule that is gone is skipped', async () => {
    const cloud = cloudAt('2026-11-21T10:00:00Z');
    const run = newRun(cloud);
    expect(await tick(cloud, '2026-11-21T10:00:00Z', run, 'weekly')).toMatchObject({ decision: 'skip' });
    expect((await cloud.store.loadRun(run))?.message).toContain('no schedule weekly');
  });

  it('begins anew when the schedule is another: nothing is caught up', async () => {
    const cloud = cloudAt('2026-11-21T10:00:00Z');
    await tick(cloud, '2026-11-21T10:00:00Z');
    advanceTo(cloud, '2026-11-22T03:00:00Z');
    const changed: MemoryCloud = { ...cloud, job: { ...cloud.job, schedules: [scheduleOf('every 3h')] } };
    const run = newRun(changed);
    await tick(changed, '2026-11-22T03:00:00Z', run);
    expect(await cloud.store.loadRun(run)).not.toHaveProperty('missed');
  });

  it('that comes after its window is over is recorded, told, and done with', async () => {
    const cloud = cloudAt('2026-11-21T14:00:00Z', { schedules: [scheduleOf('22:00', { notBefore: '21:00', notAfter: '6:00' })] });
    const run = newRun(cloud);
    expect(await tick(cloud, '2026-11-20T22:00:00Z', run)).toMatchObject({ decision: 'skip' });
    expect((await cloud.store.loadRun(run))?.message).toContain('window of schedule main is over');
    expect(await tick(cloud, '2026-11-20T22:00:00Z', run)).toMatchObject({ decision: 'skip' });
    expect(await cloud.store.loadTick(cloud.job.id, 'main')).toMatchObject({ served: '2026-11-20T22:00:00Z', run: run.id });
  });
});

describe('a suspended job', () => {
  const since = '2026-11-21T10:30:00.000Z';

  it.each([true, false])('starts by nothing but hand, and is due once when it is resumed (of all jobs: %s)', async (all) => {
    const cloud = cloudAt('2026-11-21T10:00:00Z');
    const { id } = cloud.job;
    await tick(cloud, '2026-11-21T10:00:00Z');
    await cloud.store.saveSuspension(all ? undefined : id, { since, reason: 'disks are swapped' });
    for (const hour of ['11', '12', '13']) {
      advanceTo(cloud, `2026-11-21T${hour}:00:00Z`);
      const run = newRun(cloud);
      expect(await tick(cloud, `2026-11-21T${hour}:00:00Z`, run)).toMatchObject({ decision: 'skip' });
      expect((await cloud.store.loadRun(run))?.message).toBe(`suspended since ${since}: disks are swapped`);
    }
    expect(await begin(cloud, { afterRun: 'other/run-1' }, newRun(cloud))).toMatchObject({ decision: 'skip' });
    expect(await begin(cloud, {}, newRun(cloud))).toMatchObject({ decision: 'go' });
    await cloud.store.removeSuspension(all ? undefined : id);
    const [schedule] = cloud.job.schedules;
    const due = tickDue(schedule!, await cloud.store.loadTick(id, 'main'), cloud.clock.now());
    expect(due).toBe(Date.parse('2026-11-21T13:00:00Z'));
    const run = newRun(cloud);
    const { 'scheduled-time': time } = tickInput(schedule!, due!);
    expect(await tick(cloud, String(time), run)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(run)).toMatchObject({ missed: { count: 2, since: '2026-11-21T11:00:00Z' } });
    expect(tickDue(schedule!, await cloud.store.loadTick(id, 'main'), cloud.clock.now())).toBeUndefined();
  });

  it('goes on with what a call has claimed that did not get any further', async () => {
    const triggers: readonly RunTrigger[] = [
      { schedule: 'main', scheduledTime: '2026-11-21T12:00:00Z' },
      { scheduledTime: '2026-11-21T12:00:00Z' },
      { afterRun: 'other/run-1' },
    ];
    for (const trigger of triggers) {
      const cloud = cloudAt('2026-11-21T12:00:00Z');
      const run = newRun(cloud);
      const throttled = (method: string): void => {
        if (method === 'askTurn') throw new Error('throttled');
      };
      const worker = callWorker(cloud, run, { faults: { before: ({ method }) => throttled(method) } });
      await expect(startRun(trigger, worker.control, worker)).rejects.toThrow('throttled');
      await cloud.store.saveSuspension(cloud.job.id, { since });
      expect(await begin(cloud, trigger, run)).toMatchObject({ decision: 'go' });
      expect(await begin(cloud, trigger, newRun(cloud))).toMatchObject({ decision: 'skip' });
    }
  });

  it('starts again by itself when its suspension has run out', async () => {
    const cloud = cloudAt('2026-11-21T12:00:00Z');
    await cloud.store.saveSuspension(cloud.job.id, { since, until: '2026-11-21T11:59:00.000Z' });
    expect(await tick(cloud, '2026-11-21T12:00:00Z')).toMatchObject({ decision: 'go' });
  });
});

describe('a run that comes after another one', () => {
  it('is one, however often it is told that this one has ended', async () => {
    const cloud = cloudAt('2026-11-21T12:00:00Z');
    const [first, second] = [newRun(cloud), newRun(cloud)];
    const trigger = { afterRun: 'other/run-1' };
    expect(await begin(cloud, trigger, first)).toMatchObject({ decision: 'go' });
    expect(await begin(cloud, trigger, second)).toMatchObject({ decision: 'skip' });
    expect(await begin(cloud, trigger, first)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(second)).toMatchObject({
      ...{ state: 'skipped', message: 'another execution comes after run other/run-1' },
    });
    expect(await begin(cloud, { afterRun: 'other/run-2' }, newRun(cloud))).toMatchObject({ decision: 'go' });
  });
});

describe('a run that is executed again after it has ended', () => {
  const time = '2026-11-21T10:00:00Z';
  const end = async (cloud: MemoryCloud, run: RunRef, state: 'ok' | 'skipped' | 'failed'): Promise<void> =>
    cloud.store.saveRun({ ...run, ...(await cloud.store.loadRun(run)), state, endedAt: '2026-11-21T10:00:30.000Z' });

  it.each(['skipped', 'failed'] as const)('is decided then, when it ended before it was: %s', async (state) => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    const run = newRun(cloud);
    await end(cloud, run, state);
    expect(await tick(cloud, time, run)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadTick(cloud.job.id, 'main')).toMatchObject({ run: run.id });
    expect(await cloud.store.loadRun(run)).toMatchObject({ state: 'running', scheduledTime: time });
  });

  it('is skipped again when another one serves its tick', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    await tick(cloud, time);
    const run = newRun(cloud);
    expect(await tick(cloud, time, run)).toMatchObject({ decision: 'skip' });
    await end(cloud, run, 'skipped');
    expect(await tick(cloud, time, run)).toMatchObject({ decision: 'skip' });
  });

  it('still serves what it served, though a later tick was served since', async () => {
    const cloud = cloudAt('2026-11-21T10:00:05Z');
    const run = newRun(cloud);
    await tick(cloud, time, run);
    await end(cloud, run, 'ok');
    advanceTo(cloud, '2026-11-21T11:00:00Z');
    await tick(cloud, '2026-11-21T11:00:00Z');
    expect(await tick(cloud, time, run)).toMatchObject({ decision: 'go' });
    expect(await cloud.store.loadRun(run)).toMatchObject({ scheduledTime: time });
  });
});

/** The decision, the time that is served and how many were missed. */
async function whatBecomesOf(cloud: MemoryCloud, time: number): Promise<[string, number, number]> {
  const run = newRun(cloud);
  const { decision } = await tick(cloud, new Date(time).toISOString(), run);
  const { scheduledTime = '', missed } = (await cloud.store.loadRun(run)) ?? {};
  return [decision, Date.parse(scheduledTime), missed?.count ?? 0];
}

it('serves each hour of a day once, whatever is lost, doubled or late', async () => {
  const delivery = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    late: fc.integer({ min: 0, max: 30 }),
    twice: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { maxLength: 24 }), async (deliveries) => {
      const start = Date.parse('2026-11-21T00:00:00Z');
      const cloud = cloudAt('2026-11-20T23:59:00Z');
      const ordered = deliveries
        .map(({ hour, late, twice }) => ({ time: start + hour * HOUR, at: start + hour * HOUR + late * 20 * 60_000, twice }))
        .toSorted((a, b) => a.at - b.at);
      // The model: an hour is behind us once somebody came for it or for a later one.
      let behind = -Infinity;
      for (const { time, at, twice } of ordered) {
        cloud.clock.advance(at - cloud.clock.now());
        for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
          const isNews = time > behind;
          const due = Math.floor(at / HOUR) * HOUR;
          const missed = behind === -Infinity ? (due - time) / HOUR : (due - behind) / HOUR - 1;
          expect(await whatBecomesOf(cloud, time)).toEqual(isNews ? ['go', due, missed] : ['skip', time, 0]);
          if (isNews) behind = due;
        }
      }
    }),
    { numRuns: 50 },
  );
});
