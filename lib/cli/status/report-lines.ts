import { formatGroup } from '../../datastore/group.ts';
import { describeTrigger } from '../../sync/describe-trigger.ts';
import { adviceFor } from '../../sync/report/failure-advice.ts';
import type { Report } from '../../sync/report/report.ts';
import { formatSeconds, plural } from '../../sync/report/words.ts';
import type { RecentRun } from '../../sync/status/job-status.ts';
import { formatTable } from '../format-table.ts';
import { stateOf } from './describe-status.ts';

const MAX_GROUPS = 30;

/** Which run it is, when it went, what started it, and between which places. */
export function headLines(run: RecentRun, report?: Report): string[] {
  const { job, id, startedAt, endedAt } = run;
  const took = report === undefined ? '' : `, after ${formatSeconds(report.seconds)}`;
  return [
    `run ${id} of job ${job}: ${stateOf(run)}`,
    `  started  ${startedAt}, ${describeTrigger(run) ?? 'by hand'}`,
    ...(endedAt === undefined ? [] : [`  ended    ${endedAt}${took}`]),
    ...(report === undefined ? [] : [`  from     ${report.source}`, `  to       ${report.target}`]),
  ];
}

/** What to do about its failures, once for each kind of them. */
export function adviceLines({ failures, state }: Report): string[] {
  if (state === 'skipped') return [];
  return [...new Set(failures.map(({ kind }) => kind))].flatMap((kind) => {
    const { title, whatToDo } = adviceFor(kind);
    return whatToDo === undefined ? [] : [`${title}: ${whatToDo}`];
  });
}

/** Groups that are not done, with how far they are. */
export function troubledGroups({ details }: Report): string[] {
  const troubled = details.filter(({ state }) => state !== 'ok');
  if (troubled.length === 0) return [];
  const rows = troubled.slice(0, MAX_GROUPS).map(({ state, snapshots, snapshotsDone, failureCount, ...group }) => {
    return [formatGroup(group), state, `${String(snapshotsDone)}/${String(snapshots)}`, String(failureCount)];
  });
  const more = troubled.length - MAX_GROUPS;
  return [
    ...['', formatTable([['group', 'state', 'snapshots', 'failures'], ...rows])].join('\n').split('\n'),
    ...(more > 0 ? [`.. and ${plural(more, 'more group')}, in the report`] : []),
    '',
  ];
}
