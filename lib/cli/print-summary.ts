import type { Failure } from '../sync/report/group-record.ts';
import type { Report } from '../sync/report/report.ts';
import { describeReport } from '../sync/report/describe-report.ts';
import { formatBytes, formatRate, formatSeconds, plural } from '../sync/report/words.ts';
import { SKIP_REASONS, SKIP_WORDS } from '../sync/skip-reasons.ts';
import type { Terminal } from './terminal.ts';

const MAX_SHOWN_FAILURES = 20;

type Print = Pick<Terminal, 'print'>;

/** What a person wants to know when a run has ended: what failed and what to do, then what moved, then one sentence. */
export function printSummary(report: Report, terminal: Print): void {
  if (report.state !== 'skipped') printFailures(report, terminal);
  if (report.state !== 'skipped' && report.state !== 'failed' && !report.dryRun) printWork(report, terminal);
  terminal.print(conclusion(report));
}

function printFailures({ failures, failureCount }: Report, { print }: Print): void {
  for (const failure of failures.slice(0, MAX_SHOWN_FAILURES)) print(failureLine(failure));
  const unseen = failureCount - Math.min(failures.length, MAX_SHOWN_FAILURES);
  if (unseen > 0) print(`.. and ${plural(unseen, 'more failure')}, in the report`);
}

function failureLine({ code, message, group }: Failure): string {
  return group === undefined || message.includes(group) ? `${code}: ${message}` : `${code}: [${group}]: ${message}`;
}

/** PBS's lines at the end of a sync job. */
function printWork(report: Report, { print }: Print): void {
  const { snapshots, tally, seconds, removed, state } = report;
  if (snapshots.copied + snapshots.updated > 0 || tally.bytes > 0) {
    const rate = formatRate(tally.bytes, seconds) ?? 'nothing written';
    const work = `${plural(tally.chunks, 'chunk')}, ${plural(snapshots.copied, 'new snapshot')}`;
    print(`Summary: synced ${formatBytes(tally.bytes)} in ${work} (average rate: ${rate})`);
    print(`Summary: ${dedupText(tally)}`);
  } else if (state === 'ok') {
    print('Summary: found no new data to sync');
  }
  printLeftOut(report, { print });
  if (removed === undefined) return;
  const { snapshots: gone, groups, namespaces, kept } = removed;
  print(`Summary: removed vanished: snapshots: ${String(gone)}, groups: ${String(groups)}, namespaces: ${String(namespaces)}`);
  for (const name of kept) print(`kept, although it vanished: ${name}`);
}

/** What PBS does not count. */
function dedupText({ chunksKnown, bytesSaved, verified }: Report['tally']): string {
  const known = `${plural(chunksKnown, 'reference')} to chunks that the target had (${formatBytes(bytesSaved)} not moved)`;
  return `${known}, ${plural(verified, 'object')} verified on the way`;
}

function printLeftOut({ leftOut }: Report, { print }: Print): void {
  for (const reason of SKIP_REASONS) {
    const count = leftOut[reason] ?? 0;
    if (count > 0) print(`Summary: left out ${plural(count, 'snapshot')}: ${SKIP_WORDS[reason]}`);
  }
}

/** The failures stand above already. */
function conclusion(report: Report): string {
  if (report.state === 'failed' && report.failures.length > 0) return `failed after ${formatSeconds(report.seconds)}`;
  return describeReport(report.state === 'skipped' ? report : { ...report, failures: [] });
}
