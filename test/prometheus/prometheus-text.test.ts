import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS, prometheusText } from '../../lib/prometheus/prometheus-text.ts';
import { readExposition, type ReadFamily } from '../support/read-exposition.ts';
import { groupBehind, newcomer, numbers } from './numbers.ts';

describe('the metrics text', () => {
  const families = readExposition(prometheusText([numbers('nightly'), newcomer('new')], { version: '1.2.3' }));

  it('has every metric that it says it may have, and no other', () => {
    const known = readExposition(prometheusText([numbers('nightly', { maxLagSeconds: 60 })], { version: '1' }));
    expect([...known.keys()].toSorted()).toEqual(METRICS.map(({ name }) => name).toSorted());
  });

  it('tells how far a job and its groups are behind', () => {
    expect(value(families, 'flotilla_lag_seconds', { job: 'nightly' })).toBe(36_000);
    expect(value(families, 'flotilla_missing_snapshots', { job: 'nightly' })).toBe(2);
    const group = { job: 'nightly', namespace: '', group: 'vm/100' };
    expect(value(families, 'flotilla_group_lag_seconds', group)).toBe(36_000);
    expect(value(families, 'flotilla_group_missing_snapshots', group)).toBe(2);
    expect(value(families, 'flotilla_group_lag_seconds', { ...group, group: 'vm/101' })).toBe(0);
  });

  it('has the last run also under the names of the articles', () => {
    expect(value(families, 'pbs_sync_duration_seconds', { job: 'nightly' })).toBe(100);
    expect(value(families, 'pbs_sync_transferred_bytes', { job: 'nightly' })).toBe(2048);
    expect(value(families, 'flotilla_run_duration_seconds', { job: 'nightly' })).toBe(100);
  });

  it('takes no run for the last one that is at work, was skipped or was dry', () => {
    const ended = Date.parse('2026-11-21T02:01:40.000Z') / 1000;
    expect(value(families, 'flotilla_last_run_timestamp_seconds', { job: 'nightly' })).toBe(ended);
    expect(value(families, 'flotilla_last_run_success', { job: 'nightly' })).toBe(1);
    expect(value(families, 'flotilla_last_run_success', { job: 'new' })).toBeUndefined();
  });

  it('tells when the next run starts, and that a suspended job starts none', () => {
    const next = Date.parse('2026-11-22T02:00:00.000Z') / 1000;
    expect(value(families, 'flotilla_next_run_timestamp_seconds', { job: 'nightly' })).toBe(next);
    const { health, recent } = numbers('nightly');
    const suspension = { since: '2026-11-20T12:00:00.000Z' };
    const suspended = readExposition(prometheusText([{ health, recent, suspension }]));
    expect(suspended.has('flotilla_next_run_timestamp_seconds')).toBe(false);
    expect(value(suspended, 'flotilla_suspended', { job: 'nightly' })).toBe(1);
    expect(value(families, 'flotilla_suspended', { job: 'nightly' })).toBe(0);
  });

  it('splits requests by side and operation, and errors by kind, bugs by their name', () => {
    expect(value(families, 'flotilla_requests_total', { job: 'nightly', side: 'target', operation: 'put' })).toBe(5);
    expect(value(families, 'flotilla_errors_total', { job: 'nightly', kind: 'RangeError' })).toBe(1);
  });

  it('begins the counters of a job at zero, so that their first step shows', () => {
    expect(value(families, 'flotilla_runs_total', { job: 'new', state: 'failed' })).toBe(0);
    expect(value(families, 'flotilla_errors_total', { job: 'new', kind: 'DataError' })).toBe(0);
    expect(value(families, 'flotilla_transferred_bytes_total', { job: 'new' })).toBe(0);
  });

  it('says that a lag is unknown rather than none', () => {
    expect(value(families, 'flotilla_lag_unknown', { job: 'new' })).toBe(1);
    expect(value(families, 'flotilla_lag_seconds', { job: 'new' })).toBeUndefined();
    expect(value(families, 'flotilla_last_success_timestamp_seconds', { job: 'new' })).toBeUndefined();
  });

  it('tells for how long the longest overdue tick has been due', () => {
    const due = '2026-11-21T04:00:00.000Z';
    const overdue = [
      { schedule: 'main', due, seconds: 14_400 },
      { schedule: 'full', due, seconds: 7200 },
    ];
    const late = readExposition(prometheusText([numbers('late', { overdue })]));
    expect(value(late, 'flotilla_overdue_seconds', { job: 'late' })).toBe(14_400);
    expect(value(families, 'flotilla_overdue_seconds', { job: 'nightly' })).toBe(0);
  });

  it('is empty without jobs, and says no version where it is not told one', () => {
    expect(prometheusText([])).toBe('');
    expect(readExposition(prometheusText([numbers('a')])).has('flotilla_build_info')).toBe(false);
  });

  it('gives names back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (namespace, name) => {
        const groups = [groupBehind('x', { group: { namespace, name }, missing: 1 })];
        const read = readExposition(prometheusText([numbers('nightly', { groups })]));
        expect(value(read, 'flotilla_group_missing_snapshots', { job: 'nightly', namespace, group: name })).toBe(1);
      }),
    );
  });
});

describe('the metrics text of many', () => {
  const groups = Array.from({ length: 50 }, (_, at) =>
    groupBehind(`vm/${String(at)}`, at < 10 ? { missing: 1, since: '2026-11-20T22:00:00.000Z' } : {}),
  );
  const jobs = Array.from({ length: 300 }, (_, at) => numbers(`job-${String(at)}`, { groups }));
  const families = readExposition(prometheusText(jobs, { maxGroups: 4000 }));

  it('has room for those furthest behind, and counts what it leaves out', () => {
    const lags = families.get('flotilla_group_lag_seconds')?.samples ?? [];
    expect(lags).toHaveLength(4000);
    expect(lags.filter(({ value }) => value > 0)).toHaveLength(3000);
    const left = families.get('flotilla_group_series_left_out')?.samples ?? [];
    expect(left.reduce((sum, { value }) => sum + value, 0)).toBe(11_000);
  });

  it('has every job once', () => {
    expect(families.get('flotilla_lag_seconds')?.samples).toHaveLength(300);
  });
});

function value(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  const wanted = Object.entries(labels);
  return families
    .get(name)
    ?.samples.find(({ labels }) => labels.size === wanted.length && wanted.every(([label, of]) => labels.get(label) === of))
    ?.value;
}
