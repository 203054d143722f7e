import { describe, expect, it } from 'vitest';
import { statusDetails } from '../../../lib/cli/status/status-details.ts';
import { statusJson } from '../../../lib/cli/status/status-json.ts';
import { statusTable } from '../../../lib/cli/status/status-table.ts';
import { ConfigError, TransientError } from '../../../lib/errors.ts';
import { prometheusText } from '../../../lib/prometheus/prometheus-text.ts';
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
  expect(calls).toBeLessThanOrEqual(JOBS * 7);
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

describe('a job of which the table has something that does not read', () => {
  const [clock, jobs] = [fixedClock(), ['first', 'broken', 'last'].map((id) => job({ id }))];
  const look = (fault: Error) => {
    const store = memoryRunStore();
    const loadStanding: typeof store.loadStanding = (id) => (id === 'broken' ? Promise.reject(fault) : store.loadStanding(id));
    return loadStatuses(jobs, { store: { ...store, loadStanding }, now: () => clock.now(), leaseMs: 60_000 });
  };
  const damaged = () => look(new ConfigError('TABLE_ITEM_INVALID', 'item standing of broken is not as Flotilla writes it'));

  it('hides no other job, and says why it cannot be read', async () => {
    const statuses = await damaged();
    const lines = statusTable(statuses, { now: clock.now(), colour: false, columns: 80 });
    expect(lines[0]).toBe('3 jobs: 1 in trouble');
    expect(lines.slice(2, 5).map((line) => /(\S+) +(never ran|cannot be read)/.exec(line)?.slice(1))).toEqual([
      ...[
        ['broken', 'cannot be read'],
        ['first', 'never ran'],
        ['last', 'never ran'],
      ],
    ]);
    expect(lines.at(-1)).toBe('! broken: cannot be read: item standing of broken is not as Flotilla writes it');
    expect(statuses.slice(1, 2).flatMap((status) => statusDetails(status, clock.now()))).toEqual([
      expect.stringMatching(/^broken: from main \(.*\) to offsite \(.*\)$/),
      '  trouble     cannot be read: item standing of broken is not as Flotilla writes it',
      '  starts      by hand',
    ]);
  });

  it('is in the order of the configuration for machines, with that as its trouble and nothing that is not known', async () => {
    const { jobs: told } = statusJson(await damaged(), clock.now()) as { jobs: { job: string; lag?: object }[] };
    expect(told.map(({ job: id, lag }) => [id, lag === undefined])).toEqual([
      ...[
        ['first', false],
        ['broken', true],
        ['last', false],
      ],
    ]);
    expect(told[1]).toMatchObject({ source: { id: 'main' }, troubles: [{ code: 'unreadable' }] });
  });

  it('is left out of the metrics, which say so', async () => {
    const text = prometheusText(await damaged());
    expect(text.split('\n').filter((line) => line.includes('"broken"'))).toEqual(['flotilla_job_readable{job="broken"} 0']);
    expect(text).toContain('flotilla_job_readable{job="last"} 1');
  });

  it('is another thing than a table that does not answer', async () => {
    await expect(look(new TransientError('TABLE_UNREACHABLE', 'no answer'))).rejects.toMatchObject({ code: 'TABLE_UNREACHABLE' });
  });
});
