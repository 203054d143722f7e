import { describe, expect, it } from 'vitest';
import { statusDetails } from '../../../lib/cli/status/status-details.ts';
import { formatTime } from '../../../lib/schedule/schedule.ts';
import { memoryRunStore } from '../../support/memory-run-store.ts';
import { fixedClock } from '../../support/fixed-clock.ts';
import { job } from '../../support/locations.ts';
import { runOrder } from '../../../lib/sync/overlap/run-order.ts';
import type { RunRecord, RunRef, RunStore } from '../../../lib/sync/run-store.ts';
import { liveProgress } from '../../../lib/sync/status/live-progress.ts';
import { loadStatus } from '../../../lib/sync/status/load-status.ts';
import { readSchedules } from '../../../lib/schedule/read-schedules.ts';
import { NAMESPACES_RECORD } from '../../../lib/sync/report/group-record.ts';
import { noTally } from '../../../lib/sync/report/tally.ts';

const LEASE_MS = 60_000;
const { id: JOB } = job();

function open() {
  const [store, clock] = [memoryRunStore(), fixedClock()];
  const world = { store, now: () => clock.now(), leaseMs: LEASE_MS };
  const ref = (id: string): RunRef => ({ job: JOB, id, startedAt: new Date(clock.now()).toISOString() });
  const takeTurn = (run: RunRef) =>
    store.askTurn({ ...run, order: runOrder(run, undefined), overlap: 'parallel', queueDepth: 9 }, clock.now(), LEASE_MS);
  const begin = async (id: string, members: Partial<RunRecord> = {}): Promise<RunRecord> => {
    const record: RunRecord = { ...ref(id), state: 'running', ...members };
    await takeTurn(record);
    await store.saveRun(record);
    return record;
  };
  return { store, clock, world, begin, status: (seen: RunStore = store) => loadStatus(job(), { ...world, store: seen }) };
}

describe('the status of a job', () => {
  it('knows of a job that never ran where it copies from and to, and that only people start it', async () => {
    const { status } = open();
    expect(await status()).toMatchObject({
      ...{ id: JOB, source: { id: 'main', place: 'aws/bucket-main/main' }, target: { id: 'offsite' } },
      ...{ starts: [], live: [], recent: [], health: { lag: { state: 'unknown' } } },
    });
  });

  it('says in words what starts it and when it goes next, and no time while it is suspended', async () => {
    const { store, clock, world } = open();
    const schedules = readSchedules([{ at: 'mon..fri 22:30' }, { every: '2h' }], { timezone: 'UTC' });
    const timed = job({ schedules, onBackup: true, after: ['nightly'] });
    const next = (clock.now() / 7_200_000 + 1) * 7_200_000;
    const { starts, nextRun } = await loadStatus(timed, world);
    expect(starts).toEqual([
      'at 22:30 on Monday to Friday, UTC',
      'every 2h, counted from 1970 in UTC',
      'after each backup',
      'after nightly',
    ]);
    expect(Date.parse(nextRun ?? '')).toBe(Math.floor(next / 7_200_000) * 7_200_000);
    const late = readSchedules('every 2h', { timezone: 'UTC', jitter: '10m' });
    const jittered = await loadStatus(job({ schedules: late }), world);
    expect(jittered).toMatchObject({ nextRun, nextRunUntil: formatTime(Date.parse(nextRun ?? '') + 600_000) });
    expect(statusDetails(jittered, clock.now()).join()).toMatch(/next run +\S+Z, in .*, or up to 10 min later,/);
    await store.saveSuspension(undefined, { since: '2025-11-01T00:00:00Z', reason: 'disks' });
    const suspended = await loadStatus(timed, world);
    expect(suspended.suspension).toMatchObject({ reason: 'disks' });
    expect(suspended.nextRun).toBeUndefined();
  });

  it('shows a run that waits or is at work with what its workers have written, and who was asked to stop', async () => {
    const { store, begin, status } = open();
    const working = await begin('a', { planKey: 'plan', working: 3 });
    await store.beginWork(working);
    const record = {
      namespace: '',
      snapshots: 2,
      snapshotsDone: 1,
      tally: noTally(),
      skipped: [],
      failures: [],
      failureCount: 0,
    };
    const at = { state: 'running', updatedAt: working.startedAt } as const;
    for (const name of ['vm/100', NAMESPACES_RECORD]) await store.saveGroup(working, { ...record, ...at, name });
    await begin('b', { state: 'waiting', message: 'waits for run a' });
    await store.askStop(working, { at: working.startedAt });
    const { live, recent } = await status();
    expect(live.map(({ run, groups, stopAsked }) => [run.id, groups?.map(({ name }) => name), stopAsked])).toEqual([
      ['b', undefined, false],
      ['a', ['vm/100'], true],
    ]);
    expect(recent.map(({ id, lost }) => [id, lost])).toEqual([
      ['b', undefined],
      ['a', undefined],
    ]);
  });

  it('counts all groups of a run, thousands of them too, and reads what its workers have written once', async () => {
    const { store, begin, status } = open();
    const run = await begin('a', { planKey: 'plan', working: 2_600 });
    const read = { snapshots: 1, snapshotsDone: 1, tally: noTally(), skipped: [], failures: [], failureCount: 0 };
    const at = { namespace: '', updatedAt: run.startedAt };
    for (let number = 0; number < 2_500; number += 1) {
      await store.saveGroup(run, { ...read, ...at, name: `vm/${String(number)}`, state: number < 2_490 ? 'ok' : 'running' });
    }
    let [lists, leases] = [0, 0];
    const seen = await status({
      ...store,
      listGroups: (...args) => ((lists += 1), store.listGroups(...args)),
      listLiving: (...args) => ((leases += 1), store.listLiving(...args)),
    });
    const { groups, done, working } = liveProgress(seen.live[0] ?? { run, stopAsked: false }, Date.parse(run.startedAt));
    expect({ groups, done, working: working.length }).toEqual({ groups: 2_600, done: 2_490, working: 10 });
    expect(seen.health.live).toMatchObject({ running: 1, workers: 10 });
    expect({ lists, leases }).toEqual({ lists: 1, leases: 1 });
  });

  it('shows a run that is at work though more runs were skipped after it than are looked at', async () => {
    const { clock, begin, store, status } = open();
    const old = await begin('old');
    for (let number = 10; number < 50; number += 1) {
      clock.advance(10_000);
      await store.renewTurn(old, clock.now(), LEASE_MS);
      const startedAt = new Date(clock.now()).toISOString();
      await store.saveRun({ job: JOB, id: `run-${number}`, startedAt, state: 'skipped', endedAt: startedAt });
    }
    const { live, recent } = await status();
    expect(live.map(({ run }) => run)).toEqual([old]);
    expect(recent).toHaveLength(30);
  });

  it('calls a run lost that says it is at work and has no lease any more', async () => {
    const { clock, begin, status } = open();
    await begin('a');
    await begin('b', { state: 'waiting' });
    clock.advance(LEASE_MS * 2);
    const { live, recent } = await status();
    expect(live).toEqual([]);
    expect(recent.map(({ id, lost }) => [id, lost])).toEqual([
      ['b', true],
      ['a', true],
    ]);
  });

  it('calls no run lost that ends or begins while it is looked at', async () => {
    const { store, begin, clock, status } = open();
    const ending = await begin('a');
    await store.releaseTurn(ending);
    const ended: RunRecord = { ...ending, state: 'ok', endedAt: new Date(clock.now()).toISOString() };
    let starting: RunRecord | undefined;
    const seen = await status({
      ...store,
      listRuns: async (...args) => {
        starting ??= await begin('b');
        const runs = await store.listRuns(...args);
        await store.saveRun(ended);
        return runs;
      },
    });
    expect(seen.recent).toEqual([starting, ended]);
    expect(seen.live.map(({ run }) => run)).toEqual([starting]);
  });

  it('knows that a dry run has no lease, and gives it an hour', async () => {
    const { store, clock, status } = open();
    const run = { job: JOB, id: 'dry', startedAt: new Date(clock.now()).toISOString() };
    await store.saveRun({ ...run, state: 'running', dryRun: true });
    expect((await status()).live.map(({ run: { id } }) => id)).toEqual(['dry']);
    clock.advance(3_600_000);
    expect((await status()).recent.map(({ lost }) => lost)).toEqual([true]);
  });
});
