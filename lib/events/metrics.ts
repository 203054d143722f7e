import { Metrics } from '@aws-lambda-powertools/metrics';
import { REQUEST_KINDS, type RequestCounts } from '../datastore/object-store.ts';
import type { JobHealth } from '../sync/health/health.ts';
import { countKinds } from '../sync/report/count-kinds.ts';
import { endedWell, type Report } from '../sync/report/report.ts';
import { HEALTH_METRICS, METRIC_NAMESPACE, RUN_METRICS, type CloudMetric } from './metric-names.ts';

/** Some metrics of one set of dimensions: one entry of CloudWatch's embedded metric format. */
export interface MetricSet {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [metric: CloudMetric, value: number])[];
}

/** Writes each set as a line of the log, of which CloudWatch makes metrics. */
export function writeMetrics(sets: readonly MetricSet[]): void {
  for (const { dimensions, values } of sets) {
    const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
    // Powertools adds one of its own, the service, which would be in every search.
    metrics.clearDefaultDimensions();
    metrics.setDefaultDimensions({ ...dimensions });
    for (const [{ name, unit }, value] of values) metrics.addMetric(name, unit, value);
    metrics.publishStoredMetrics();
  }
}

/**
 * What a run tells once, when it ended. Of a skipped one there is only that it was, and of a dry run nothing: neither did what an
 * alarm or a graph is about. What did not happen has no series of its own, since each costs by the hour.
 */
export function runMetrics(report: Report): readonly MetricSet[] {
  if (report.dryRun) return [];
  const of = setsOf(report.job);
  const ended = of.by(RUN_METRICS.runs, { [report.state]: 1 });
  if (report.state === 'skipped') return ended;
  const { tally, groups, snapshots } = report;
  const requests = operationsOf(tally.source, tally.target);
  return [
    of.sum([
      [RUN_METRICS.succeeded, Number(endedWell(report.state))],
      [RUN_METRICS.seconds, report.seconds],
      [RUN_METRICS.bytes, tally.bytes],
      [RUN_METRICS.chunks, tally.chunks],
      [RUN_METRICS.requests, sumOf(requests)],
      [RUN_METRICS.throttles, tally.source.throttled + tally.target.throttled],
      [RUN_METRICS.errors, report.failureCount],
      [RUN_METRICS.pbsSeconds, report.seconds],
      [RUN_METRICS.pbsBytes, tally.bytes],
    ]),
    ...ended,
    ...of.by(RUN_METRICS.requests, requests),
    ...of.by(RUN_METRICS.errors, countKinds(report)),
    ...of.by(RUN_METRICS.groups, { ok: groups.ok, errors: groups.errors, unfinished: groups.unfinished }),
    ...of.by(RUN_METRICS.snapshots, { ...snapshots, removed: report.removed?.snapshots ?? 0 }),
  ];
}

/** How a job stands, as told at every watch. A lag that nobody can tell has no value. */
export function healthMetrics({ job, lag, overdue, live }: JobHealth): MetricSet {
  return setsOf(job).sum([
    ...(lag.seconds === undefined ? [] : [[HEALTH_METRICS.lag, lag.seconds] as const]),
    [HEALTH_METRICS.missing, lag.missing],
    [HEALTH_METRICS.groupsBehind, lag.groups],
    [HEALTH_METRICS.overdue, overdue.length],
    [HEALTH_METRICS.workers, live.workers],
    [HEALTH_METRICS.lockIdle, live.idleLockSeconds],
  ]);
}

interface Sets {
  readonly sum: (values: MetricSet['values']) => MetricSet;
  /** One set for each count above zero. */
  readonly by: (metric: CloudMetric & { readonly by: string }, counts: Readonly<Record<string, number>>) => readonly MetricSet[];
}

function setsOf(job: string): Sets {
  return {
    sum: (values) => ({ dimensions: { job }, values }),
    by: (metric, counts) =>
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([key, count]) => ({ dimensions: { job, [metric.by]: key }, values: [[metric, count]] })),
  };
}

function operationsOf(source: RequestCounts, target: RequestCounts): Record<string, number> {
  return Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, source[kind] + target[kind]]));
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
