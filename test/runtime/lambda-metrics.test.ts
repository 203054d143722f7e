import { describe, expect, it } from 'vitest';
import { lambdaHost } from '../../lib/runtime/lambda-host.ts';
import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { groupBehind, health } from '../prometheus/numbers.ts';
import { writtenBy } from '../support/standard-output.ts';
import { groupRecord, runFacts } from '../sync/report/facts.ts';

interface LogLine {
  readonly _aws?: { readonly CloudWatchMetrics: readonly [{ readonly Dimensions: readonly (readonly string[])[] }] };
  readonly [member: string]: unknown;
}

/** The lines of the log, those that CloudWatch makes metrics of apart by their dimensions. */
const linesOf = (write: () => void): { readonly dimensions: string; readonly line: LogLine }[] =>
  writtenBy(write).map((text) => {
    const line = JSON.parse(text) as LogLine;
    return { dimensions: line._aws?.CloudWatchMetrics[0].Dimensions.flat().join('+') ?? '', line };
  });

describe('what a function on Lambda measures', () => {
  it('is in its log: how the job stands as metrics, and each group that is behind as a line to search for', () => {
    const group = { namespace: 'prod', name: 'vm/100' };
    const groups = [groupBehind('vm/100', { group, missing: 2, since: '2026-11-20T22:00:00.000Z' }), groupBehind('vm/101')];
    const lines = linesOf(() => lambdaHost({}).measureHealth(health('nightly', { groups })));
    expect(lines).toMatchObject([
      { dimensions: 'job', line: { job: 'nightly', LagSeconds: 36_000, SnapshotsMissing: 2 } },
      {
        dimensions: '',
        line: { job: 'nightly', namespace: 'prod', group: 'vm/100', GroupLagSeconds: 36_000, GroupSnapshotsMissing: 2 },
      },
    ]);
  });

  it('is of each group a metric where the settings want that', () => {
    const lines = linesOf(() => lambdaHost({ GROUP_METRICS: 'true' }).measureHealth(health('nightly')));
    expect(lines.map(({ dimensions, line }) => [dimensions, line['group']])).toEqual([
      ['job', undefined],
      ['job+group', 'vm/100'],
      ['job+group', 'vm/101'],
    ]);
  });

  it('has the sums of a run under its job alone, and its parts under one more dimension', () => {
    const lines = linesOf(() => lambdaHost({}).measureRun(foldReport(runFacts([groupRecord()]))));
    expect(lines.map(({ dimensions }) => dimensions)).toEqual(['job', 'job+state', 'job+state', 'job+state']);
  });
});
