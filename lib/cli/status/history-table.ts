import { formatBytes, formatSeconds } from '../../sync/report/words.ts';
import type { RecentRun } from '../../sync/status/job-status.ts';
import { formatTable } from '../format-table.ts';
import { oneLine } from '../one-line.ts';
import { shortSpan, stateOf } from './describe-status.ts';
import { startedBy } from './run-facts.ts';

const HEAD = ['started', 'state', 'took', 'copied', 'failed', 'written', 'lag', 'started by', 'message'];

/** A line a run; what a run that has not ended does not know yet is empty. */
export function historyTable(runs: readonly RecentRun[]): string[] {
  return formatTable([HEAD, ...runs.map(cellsOf)]).split('\n');
}

function cellsOf(run: RecentRun): readonly string[] {
  const { startedAt, dryRun, message = '', summary } = run;
  const state = dryRun === true ? `${stateOf(run)} (dry)` : stateOf(run);
  const start = `${startedAt.slice(0, 19)}Z`;
  const counts = summary === undefined || run.state === 'skipped' ? ['', '', '', '', ''] : countsOf(summary);
  return [start, state, ...counts, startedBy(run), oneLine(message)];
}

function countsOf({ seconds, copied, failed, bytes, lagSeconds, missing }: NonNullable<RecentRun['summary']>): string[] {
  const lag = missing === 0 ? '-' : lagSeconds === undefined ? `${String(missing)} missing` : shortSpan(lagSeconds);
  return [formatSeconds(seconds), String(copied), String(failed), formatBytes(bytes), lag];
}
