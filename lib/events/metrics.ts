import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Report } from '../sync/report/report.ts';

/** Writes a run's numbers to the log in CloudWatch's embedded metric format, under namespace Flotilla and the job's dimension. */
export function reportMetrics(report: Report): void {
  const metrics = new Metrics({ namespace: 'Flotilla', serviceName: 'flotilla', defaultDimensions: { job: report.job } });
  metrics.addMetric('RunSeconds', MetricUnit.Seconds, report.seconds);
  metrics.addMetric('RunSucceeded', MetricUnit.Count, report.state === 'ok' ? 1 : 0);
  metrics.addMetric('SnapshotsCopied', MetricUnit.Count, report.snapshots.copied);
  metrics.addMetric('SnapshotsFailed', MetricUnit.Count, report.snapshots.failed);
  metrics.addMetric('BytesWritten', MetricUnit.Bytes, report.tally.bytes);
  metrics.publishStoredMetrics();
}
