import { formatTable } from '../cli/format-table.ts';
import type { Report } from '../sync/report/report.ts';
import { formatBytes, formatCount } from '../sync/report/words.ts';

/** The runs side by side; requests are those that the workers sent, both sides summed, by kind. */
export function demoTable(reports: readonly Report[]): string {
  const head = ['run', 'state', 'groups', 'snapshots', 'chunks', 'bytes', 'LIST', 'HEAD', 'GET', 'PUT', 'seconds'];
  return formatTable([head, ...reports.map(row)]);
}

function row({ id, state, groups, snapshots, tally, seconds }: Report): string[] {
  const { source, target } = tally;
  const requests = (['list', 'head', 'get', 'put'] as const).map((kind) => formatCount(source[kind] + target[kind]));
  const work = [formatCount(groups.planned), formatCount(snapshots.copied), formatCount(tally.chunks), formatBytes(tally.bytes)];
  return [id, state, ...work, ...requests, seconds.toFixed(1)];
}
