import type { Report } from '../sync/report.ts';
import { describeReport } from '../sync/fold-report.ts';
import { formatBytes, formatRate } from '../sync/words.ts';
import type { Terminal } from './terminal.ts';

const MAX_SHOWN_FAILURES = 20;

/** What a person wants to know when a run has ended: what moved, then what failed and what to do, then one sentence. */
export function printSummary(report: Report, { print }: Pick<Terminal, 'print'>): void {
  const { snapshots, tally, failures, failureCount, removed } = report;
  for (const failure of failures.slice(0, MAX_SHOWN_FAILURES)) print(`${failure.code}: ${failure.message}`);
  if (failureCount > MAX_SHOWN_FAILURES)
    print(`.. and ${String(failureCount - MAX_SHOWN_FAILURES)} more failures, in the report`);
  const rate = formatRate(tally.bytes, report.seconds) ?? 'nothing written';
  print(
    snapshots.copied + snapshots.updated === 0
      ? 'Summary: found no new data to sync'
      : `Summary: synced ${formatBytes(tally.bytes)} in ${String(tally.chunks)} chunks, ${String(snapshots.copied)} new snapshots (average rate: ${rate})`,
  );
  if (removed !== undefined) {
    const { snapshots: gone, groups, namespaces } = removed;
    print(`Summary: removed vanished: snapshots: ${String(gone)}, groups: ${String(groups)}, namespaces: ${String(namespaces)}`);
  }
  print(describeReport(report));
}
