import { formatGroup } from '../../datastore/group.ts';
import { describeLag } from '../../sync/report/describe-lag.ts';
import { formatSpan, formatBytes, plural } from '../../sync/report/words.ts';
import type { JobLook, JobStatus, LiveRun } from '../../sync/status/job-status.ts';
import { troublesOf } from '../../sync/status/judge-status.ts';
import { liveProgress } from '../../sync/status/live-progress.ts';
import { suspensionTerms } from '../../sync/suspension.ts';
import { oneLine } from '../one-line.ts';
import { liveText } from './describe-status.ts';
import { historyTable } from './history-table.ts';

const MAX_GROUPS = 10;
const MAX_WORKERS = 16;
const MAX_RUNS = 10;

/** All that there is to know of one job, for people. */
export function statusDetails(status: JobLook, now: number): string[] {
  const { id, source, target, starts } = status;
  const troubles = troublesOf(status).map(({ message }) => oneLine(message));
  return [
    `${id}: from ${source.id} (${source.place}) to ${target.id} (${target.place})`,
    ...entry('trouble', troubles),
    ...entry('starts', starts.length === 0 ? ['by hand'] : starts),
    ...(status.unreadable === undefined ? readDetails(status, now) : []),
  ];
}

function readDetails(status: JobStatus, now: number): string[] {
  const { live, recent } = status;
  return [
    ...entry('suspended', suspension(status)),
    ...entry('next run', nextRun(status, now)),
    ...entry('lag', [describeLag(status.health.lag)]),
    ...entry('behind', behind(status)),
    ...entry('last good', lastGood(status, now)),
    ...live.flatMap((run) => entry('now', liveLines(run, now))),
    ...(recent.length === 0 ? [] : ['', ...historyTable(recent.slice(0, MAX_RUNS))]),
  ];
}

const LABEL_WIDTH = 12;

/** The label stands before the first line, the others below that. */
function entry(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`);
}

function suspension({ suspension: found }: JobStatus): string[] {
  return found === undefined ? [] : [oneLine(`since ${found.since}${suspensionTerms(found)}`)];
}

function nextRun({ nextRun: next, nextRunUntil: until }: JobStatus, now: number): string[] {
  if (next === undefined) return [];
  const jitter = until === undefined ? '' : `, or up to ${formatSpan((Date.parse(until) - Date.parse(next)) / 1000)} later`;
  return [`${next}, in ${formatSpan(Math.max(0, (Date.parse(next) - now) / 1000))}${jitter}`];
}

function lastGood({ health: { standing } }: JobStatus, now: number): string[] {
  const good = standing?.lastGood;
  if (good === undefined) return [];
  return [`run ${good.id} ended ${good.endedAt}, ${formatSpan(Math.max(0, (now - Date.parse(good.endedAt)) / 1000))} ago`];
}

function behind({ health: { groups } }: JobStatus): string[] {
  const lacking = groups.filter(({ missing }) => missing > 0).toSorted((a, b) => ((a.since ?? '~') < (b.since ?? '~') ? -1 : 1));
  const lines = lacking.slice(0, MAX_GROUPS).map(({ group, missing, since }) => {
    return `${formatGroup(group)}: ${plural(missing, 'snapshot')} missing${since === undefined ? '' : `, the oldest of ${since}`}`;
  });
  const more = lacking.length - MAX_GROUPS;
  return more > 0 ? [...lines, `.. and ${plural(more, 'more group')}`] : lines;
}

/** The run, then a line for each of its workers. */
export function liveLines(live: LiveRun, now: number): string[] {
  const { working } = liveProgress(live, now);
  const lines = working.slice(0, MAX_WORKERS).map(({ snapshots, snapshotsDone, tally, doing = '', ...group }) => {
    const at = `snapshot ${String(Math.min(snapshotsDone + 1, snapshots))}/${String(snapshots)}`;
    return oneLine(`  ${formatGroup(group)}: ${at}, ${formatBytes(tally.bytes)}  ${doing}`.trimEnd());
  });
  const more = working.length - MAX_WORKERS;
  return [
    `run ${live.run.id} since ${live.run.startedAt}: ${liveText(live, now)}`,
    ...lines,
    ...(more > 0 ? [`  .. and ${plural(more, 'more worker')}`] : []),
  ];
}
