import { plural } from '../../sync/report/words.ts';
import type { JobLook, JobStatus } from '../../sync/status/job-status.ts';
import { lastRun, troublesOf } from '../../sync/status/judge-status.ts';
import { formatTable } from '../format-table.ts';
import { oneLine } from '../one-line.ts';
import { lagText, lastText, nextText, nowText } from './describe-status.ts';

const HEAD = ['', 'job', 'last run', 'lag', 'next', 'now'];

/** Jobs in trouble whose reasons are told below the table. */
const MAX_TOLD = 10;

const [RED, BOLD, RESET] = ['\u001b[31m', '\u001b[1m', '\u001b[0m'];

export interface TableLook {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly colour: boolean;
  /** Lines are cut there. */
  readonly columns: number;
}

/** A line a job: those in trouble first, then those at work, then all others, each in the order of the configuration. */
export function statusTable(statuses: readonly JobLook[], { now, colour, columns }: TableLook): string[] {
  const rows = statuses.map((status) => ({ status, troubles: troublesOf(status) })).toSorted((a, b) => rankOf(a) - rankOf(b));
  const cells = rows.map(({ status, troubles }) => cellsOf(status, troubles.length > 0, now));
  const [head = '', ...lines] = formatTable([HEAD, ...cells])
    .split('\n')
    .map((line) => line.slice(0, columns));
  const paint = (line: string, codes: string): string => (colour ? `${codes}${line}${RESET}` : line);
  const troubled = rows.filter(({ troubles }) => troubles.length > 0);
  const told = troubled.slice(0, MAX_TOLD).flatMap(({ status, troubles }) => {
    return troubles.map(({ message }) => `! ${status.id}: ${oneLine(message)}`);
  });
  const more = troubled.length - MAX_TOLD;
  return [
    summaryLine(statuses, troubled.length),
    ...(statuses.length === 0 ? [] : [paint(head, BOLD)]),
    ...lines.map((line, row) => ((rows[row]?.troubles.length ?? 0) > 0 ? paint(line, RED) : line)),
    ...(told.length === 0 ? [] : ['', ...told]),
    ...(more > 0 ? [`.. and ${plural(more, 'more job')} in trouble: flotilla status <job> says why`] : []),
  ];
}

interface Row {
  readonly status: JobLook;
  readonly troubles: readonly unknown[];
}

function rankOf({ status, troubles }: Row): number {
  if (troubles.length > 0) return 0;
  return isRead(status) && status.live.length > 0 ? 1 : 2;
}

function isRead(status: JobLook): status is JobStatus {
  return status.unreadable === undefined;
}

function cellsOf(status: JobLook, inTrouble: boolean, now: number): readonly string[] {
  if (!isRead(status)) return ['!', status.id, 'cannot be read', '', '', ''];
  const { id, health, live } = status;
  return [
    ...[inTrouble ? '!' : '', id, lastText(lastRun(status), now), lagText(health.lag)],
    ...[nextText(status, now), oneLine(nowText(live, now))],
  ];
}

function summaryLine(statuses: readonly JobLook[], troubled: number): string {
  const read = statuses.filter(isRead);
  const live = read.filter((status) => status.live.length > 0);
  const working = live.filter((status) => status.live.some(({ run }) => run.state === 'running')).length;
  const waiting = live.length - working;
  const suspended = read.filter(({ suspension }) => suspension !== undefined).length;
  const parts = [
    ...(troubled > 0 ? [`${String(troubled)} in trouble`] : []),
    ...(working > 0 ? [`${String(working)} at work`] : []),
    ...(waiting > 0 ? [`${String(waiting)} waiting`] : []),
    ...(suspended > 0 ? [`${String(suspended)} suspended`] : []),
  ];
  return `${plural(statuses.length, 'job')}: ${parts.length === 0 ? 'nothing is at work' : parts.join(', ')}`;
}
