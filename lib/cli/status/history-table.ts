import { describeTrigger } from '../../sync/describe-trigger.ts';
import { formatBytes, formatSeconds } from '../../sync/report/words.ts';
import type { RecentRun } from '../../sync/status/job-status.ts';
import { formatTable } from '../format-table.ts';
import { oneLine } from '../one-line.ts';
import { shortSpan, stateOf } from './describe-status.ts';

const HEAD = ['started', 'state', 'took', 'copied', 'failed', 'written', 'lag', 'why', 'message'];

/** A line a run; what a run that has not ended does not know yet is empty. */
export function historyTable(runs: readonly RecentRun[]): string[] {
  return formatTable([HEAD, ...runs.map(cellsOf)]).split('\n');
}

function cellsOf(run: RecentRun): readonly string[] {
  const { startedAt, dryRun, message = '', summary } = run;
  const state = dryRun === true ? `${stateOf(run)} (dry)` : stateOf(run);
  const start = `${startedAt.slice(0, 19)}Z`;
  const counts = summary === undefined || run.state === 'skipped' ? ['', '', '', '', ''] : countsOf(summary);
  return [start, state, ...counts, describeTrigger(run) ?? 'by hand', oneLine(message)];
}

type Summary = NonNullable<RecentRun['summary']>;

function countsOf(summary: Summary): string[] {
  const { seconds, copied, failed, bytes } = summary;
  return [formatSeconds(seconds), String(copied), String(failed), formatBytes(bytes), lagOf(summary)];
}

/** How far behind the copy was when the run ended: `-` only where it was known to lack nothing. */
function lagOf({ lagSeconds, missing }: Summary): string {
  if (lagSeconds === undefined) return 'unknown';
  if (missing === 0) return lagSeconds === 0 ? '-' : `up to ${shortSpan(lagSeconds)}`;
  return lagSeconds === 0 ? `${String(missing)} missing` : shortSpan(lagSeconds);
}
