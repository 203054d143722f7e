import { describe, expect, it } from 'vitest';
import { groupMetrics, groupNumbers } from '../../lib/events/group-metrics.ts';
import { GROUP_METRICS, HEALTH_METRICS, RUN_METRICS, type CloudMetric } from '../../lib/events/metric-names.ts';
import { healthMetrics, runMetrics, writeMetrics, type MetricSet } from '../../lib/events/metrics.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { noTally } from '../../lib/sync/report/tally.ts';
import { groupBehind, health } from '../prometheus/numbers.ts';
import { writtenBy } from '../support/standard-output.ts';
import { damagedChunk, groupRecord, runFacts } from '../sync/report/facts.ts';

const tally = {
  ...{ ...noTally(), snapshotsCopied: 2, chunks: 10, bytes: 4096 },
  source: { ...noRequests(), get: 12, throttled: 1 },
  target: { ...noRequests(), put: 14, get: 3, throttled: 2 },
};
const report = foldReport(runFacts([groupRecord({ state: 'errors', tally, failures: [damagedChunk], failureCount: 3 })]));

/** `Requests put: 14`, by metric and second dimension. */
function valuesOf(sets: readonly MetricSet[]): Record<string, number> {
  const entries = sets.flatMap(({ dimensions: { job, ...by }, values }) => {
    expect(job).toBe('daily-offsite');
    return values.map(([{ name }, value]) => [[name, ...Object.values(by)].join(' '), value] as const);
  });
  return Object.fromEntries(entries);
}

describe('the metrics of a run', () => {
  it('are its sums, and what they are made of where there was any', () => {
    expect(valuesOf(runMetrics(report))).toEqual({
      ...{ RunSucceeded: 0, RunSeconds: 100, BytesTransferred: 4096, ChunksTransferred: 10, Throttles: 3 },
      ...{ Requests: 29, 'Requests get': 15, 'Requests put': 14, Errors: 3, 'Errors DataError': 3 },
      ...{ 'Runs errors': 1, 'Groups errors': 1, 'Snapshots copied': 2 },
      ...{ pbs_sync_duration_seconds: 100, pbs_sync_transferred_bytes: 4096 },
    });
  });

  it('say of a skipped one only that it was, so that it ends no alarm, and nothing of a dry one', () => {
    expect(valuesOf(runMetrics({ ...report, state: 'skipped' }))).toEqual({ 'Runs skipped': 1 });
    expect(runMetrics({ ...report, dryRun: true })).toEqual([]);
  });

  it('count a run with warnings as one that succeeded', () => {
    expect(valuesOf(runMetrics({ ...report, state: 'warnings' }))['RunSucceeded']).toBe(1);
  });
});

describe('the metrics of how a job stands', () => {
  it('are its lag, what is missing, what is overdue, and locks without progress', () => {
    const overdue = [{ schedule: 'main', due: '2026-11-21T02:00:00.000Z', seconds: 21_600 }];
    const live = { waiting: 1, running: 1, workers: 4, idleLockSeconds: 40 };
    expect(valuesOf([healthMetrics(health('daily-offsite', { overdue, live }))])).toEqual({
      ...{ LagSeconds: 36_000, SnapshotsMissing: 2, GroupsBehind: 1, RunsOverdue: 1, WorkersInUse: 4, LockIdleSeconds: 40 },
    });
  });

  it('have no lag where nobody can tell it', () => {
    const lag = { state: 'unknown', missing: 0, groups: 0 } as const;
    expect(valuesOf([healthMetrics(health('daily-offsite', { lag }))])).not.toHaveProperty('LagSeconds');
  });

  it('name the groups that lack something, the furthest behind first and no more than 500', () => {
    const late = groupBehind('vm/7', { missing: 1, since: '2026-11-20T22:00:00.000Z' });
    const groups = [
      groupBehind('vm/0'),
      ...Array.from({ length: 900 }, (_, at) => groupBehind(`ct/${String(at)}`, { missing: 1 })),
      late,
    ];
    const told = groupNumbers(health('daily-offsite', { groups }), { current: false });
    expect(told).toHaveLength(500);
    expect(told[0]).toEqual({
      job: 'daily-offsite',
      namespace: '',
      group: 'vm/7',
      GroupLagSeconds: 36_000,
      GroupSnapshotsMissing: 1,
    });
    expect(told.map(({ group }) => group)).not.toContain('vm/0');
  });

  it('tell as metrics also the groups that are up to date, so that their lag falls back to zero', () => {
    const told = groupNumbers(health('daily-offsite'), { current: true });
    expect(valuesOf(groupMetrics(told))).toEqual({
      ...{ 'GroupLagSeconds vm/100': 36_000, 'GroupSnapshotsMissing vm/100': 2 },
      ...{ 'GroupLagSeconds vm/101': 0, 'GroupSnapshotsMissing vm/101': 0 },
    });
  });
});

describe('the log line of some metrics', () => {
  it('is the embedded metric format, with the dimensions that were given and no other', () => {
    const lines = writtenBy(() => writeMetrics([healthMetrics(health('daily-offsite'))]));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        ...{ job: 'daily-offsite', LagSeconds: 36_000 },
        _aws: { CloudWatchMetrics: [{ Namespace: 'Flotilla', Dimensions: [['job']] }] },
      },
    ]);
    expect(lines[0]).toContain('{"Name":"LagSeconds","Unit":"Seconds"}');
  });
});

describe('the names of metrics in CloudWatch', () => {
  it('are each given once', () => {
    const metrics: CloudMetric[] = [RUN_METRICS, HEALTH_METRICS, GROUP_METRICS].flatMap(Object.values<CloudMetric>);
    const all = metrics.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });
});
