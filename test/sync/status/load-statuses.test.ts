import { expect, it } from 'vitest';
import { statusTable } from '../../../lib/cli/status/status-table.ts';
import { loadStatuses } from '../../../lib/sync/status/load-status.ts';
import { faulty } from '../../support/faulty.ts';
import { fixedClock } from '../../support/fixed-clock.ts';
import { job } from '../../support/locations.ts';
import { memoryRunStore } from '../../support/memory-run-store.ts';

const JOBS = 300;
const AT_ONCE = 16;

it('looks at 300 jobs with a few requests each, not all at once, and shows first the few that need it', async () => {
  const [store, clock] = [memoryRunStore(), fixedClock()];
  const jobs = Array.from({ length: JOBS }, (_, number) => job({ id: `job-${String(number).padStart(3, '0')}` }));
  const startedAt = new Date(clock.now() - 7_200_000).toISOString();
  for (const { id } of jobs) {
    const isBad = id === 'job-137' || id === 'job-250';
    const ended = {
      state: isBad ? 'failed' : 'ok',
      message: 'all said',
      endedAt: new Date(clock.now() - 3_600_000).toISOString(),
    };
    await store.saveRun({ job: id, id: 'a', startedAt, ...(ended as { state: 'ok' }) });
  }
  const busy = { job: 'job-042', id: 'b', startedAt: new Date(clock.now()).toISOString() };
  await store.askTurn({ ...busy, order: '0', overlap: 'queue', queueDepth: 1 }, clock.now(), 60_000);
  await store.saveRun({ ...busy, state: 'running' });

  let [calls, underWay, most] = [0, 0, 0];
  const counted = faulty(store, {
    before: async () => {
      [calls, underWay] = [calls + 1, underWay + 1];
      most = Math.max(most, underWay);
      await Promise.resolve();
    },
    after: () => void (underWay -= 1),
  });
  const statuses = await loadStatuses(jobs, { store: counted, now: () => clock.now(), leaseMs: 60_000 });
  expect(statuses.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  expect(calls).toBeLessThanOrEqual(JOBS * 8);
  expect(most).toBeLessThanOrEqual(AT_ONCE * 8);

  const lines = statusTable(statuses, { now: clock.now(), colour: false, columns: 80 });
  expect(lines[0]).toBe('300 jobs: 2 in trouble, 1 at work');
  expect(lines.slice(2, 6).map((line) => / *(!?) *(job-\d+)/.exec(line)?.slice(1))).toEqual([
    ['!', 'job-137'],
    ['!', 'job-250'],
    ['', 'job-042'],
    ['', 'job-000'],
  ]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
