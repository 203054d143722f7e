import { expect, it } from 'vitest';
import type { GroupBehind, Standing } from '../../../lib/sync/health/health.ts';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, group } from './samples.ts';

const NONE = { runs: {}, snapshots: {}, groups: {}, requests: {}, throttled: {}, retried: {}, errors: {} };
const FIRST: Standing = {
  ...{ revision: 1, changedAt: '2025-11-01T08:00:00.000Z', counted: ['run-1'] },
  totals: { ...NONE, runs: { ok: 1 }, requests: { 'source get': 12 }, seconds: 4.5, bytes: 4096, chunks: 3 },
};

const NOW = Date.parse('2025-11-04T08:00:10.000Z');

export function describeBehind(store: () => RunStore): void {
  const vm = group('a/b', 'vm/100');
  const monday = { missing: 3, since: '2025-11-01T22:00:00Z', newest: '2025-11-03T22:00:00Z', at: '2025-11-04T08:00:00.000Z' };
  const list = (job: string): Promise<GroupBehind[]> => Array.fromAsync(store().listBehind(job));

  it('knows of each group what it lacks, in the order of the groups', async () => {
    const job = fresh('job');
    await store().saveBehind(job, vm, monday, NOW);
    await store().saveBehind(job, group('', 'ct/200'), { missing: 0, at: monday.at }, NOW);
    expect(await list(job)).toEqual([
      { group: group('', 'ct/200'), missing: 0, at: monday.at },
      { group: vm, ...monday },
    ]);
    expect(await list(fresh('job'))).toEqual([]);
  });

  it('keeps what is known of a later time, and replaces what is known of an earlier or the same one', async () => {
    const job = fresh('job');
    const [earlier, later] = [
      { missing: 9, at: '2025-11-04T07:59:59.999Z' },
      { missing: 0, at: '2025-11-04T08:00:00.001Z' },
    ];
    await store().saveBehind(job, vm, monday, NOW);
    await store().saveBehind(job, vm, earlier, NOW);
    expect(await list(job)).toEqual([{ group: vm, ...monday }]);
    await store().saveBehind(job, vm, { ...earlier, at: monday.at }, NOW);
    expect(await list(job)).toEqual([{ group: vm, ...earlier, at: monday.at }]);
    await store().saveBehind(job, vm, later, NOW);
    expect(await list(job)).toEqual([{ group: vm, ...later }]);
  });

  it('replaces what a wrong clock has left of a time still to come', async () => {
    const job = fresh('job');
    await store().saveBehind(job, vm, { missing: 0, at: '2036-01-01T00:00:00.000Z' }, Date.parse('2036-01-01T00:00:00Z'));
    await store().saveBehind(job, vm, monday, NOW);
    expect(await list(job)).toEqual([{ group: vm, ...monday }]);
  });
}

export function describeStandings(store: () => RunStore): void {
  it('keeps the standing of a job as it was written', async () => {
    const job = fresh('job');
    const full: Standing = {
      ...FIRST,
      sums: [{ run: 'run-1', totals: FIRST.totals }],
      ...{ asOf: '2025-11-01T08:00:00.000Z', blindSince: '2025-11-02T08:00:00.000Z', lagRaises: 2 },
      lastGood: { id: 'run-1', startedAt: '2025-11-01T08:00:00.000Z', endedAt: '2025-11-01T08:00:04.500Z' },
      ...{
        lagRaised: '2025-11-03T08:00:00.000Z',
        watched: { nightly: { times: 'daily', since: '2025-11-01T08:00:00.000Z' } },
        overdueTold: { nightly: '2025-11-02T22:00:00.000Z' },
      },
      untold: [
        {
          ...{ version: 1, id: 'job/lag/raised/2', at: '2025-11-03T08:00:00.000Z', job, severity: 'warning', message: 'behind' },
          ...{ type: 'flotilla.lag', kind: 'raised', maxLagSeconds: 3600 },
          lag: { state: 'behind', seconds: 7200, missing: 1, groups: 1 },
        },
      ],
    };
    expect(await store().loadStanding(job)).toBeUndefined();
    expect(await store().saveStanding(job, full, undefined)).toBe(true);
    expect(await store().loadStanding(job)).toEqual(full);
  });

  it('is written by one of those who saw the same: the other is told, and writes nothing', async () => {
    const job = fresh('job');
    expect(await store().saveStanding(job, FIRST, undefined)).toBe(true);
    expect(await store().saveStanding(job, { ...FIRST, counted: ['run-2'] }, undefined)).toBe(false);
    const second = { ...FIRST, revision: 2, counted: ['run-1', 'run-2'] };
    expect(await store().saveStanding(job, second, FIRST)).toBe(true);
    expect(await store().saveStanding(job, { ...second, counted: ['run-1', 'run-3'] }, FIRST)).toBe(false);
    expect(await store().loadStanding(job)).toEqual(second);
  });

  it('may be written again with the same words: whose answer was lost asks twice', async () => {
    const job = fresh('job');
    const first = (): Promise<boolean> => store().saveStanding(job, FIRST, undefined);
    expect([await first(), await first()]).toEqual([true, true]);
    const second = { ...FIRST, revision: 2 };
    const next = (): Promise<boolean> => store().saveStanding(job, second, FIRST);
    expect([await next(), await next()]).toEqual([true, true]);
  });
}
