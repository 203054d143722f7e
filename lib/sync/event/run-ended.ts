import type { Job } from '../job.ts';
import { countKinds } from '../report/count-kinds.ts';
import { describeLag } from '../report/describe-lag.ts';
import { describeTrouble, describeWork, firstFailure, howItEnded } from '../report/describe-report.ts';
import { adviceFor } from '../report/failure-advice.ts';
import type { Failure } from '../report/group-record.ts';
import type { Lag } from '../report/lag.ts';
import type { Report, RunState } from '../report/report.ts';
import type { RunRecord, RunRef } from '../run-store.ts';
import type { RunEndEvent, Severity } from './event.ts';
import { asSentence, nameCopy } from './words.ts';

/** What happened to a run is told under this id, however often. */
export function runEventId({ job, id }: RunRef, kind: string): string {
  return `${job}/${id}/${kind}`;
}

/** The causes of a run, as its events name them. */
export function causesOf({
  scheduledTime,
  schedule,
  afterRun,
}: Partial<RunRecord>): Pick<RunRecord, 'scheduledTime' | 'schedule' | 'afterRun'> {
  return {
    ...(scheduledTime !== undefined && { scheduledTime }),
    ...(schedule !== undefined && { schedule }),
    ...(afterRun !== undefined && { afterRun }),
  };
}

/** What is known of a run that ended. */
export interface EndedRun {
  readonly job: Pick<Job, 'id' | 'source' | 'target'>;
  readonly report: Report;
  /** Left out: none was ever saved. */
  readonly record: RunRecord | undefined;
  readonly lag: Lag;
  /** Where the report lies, without its ending. */
  readonly place: RunEndEvent['report'];
}

/** A failure's message may name hundreds of digests; an event is told in a line (facts/aws.md 5.2: 256 KiB an entry at most). */
const MAX_FAILURE_CHARACTERS = 1_000;

/** The event that a run ended, or was skipped. A run that is begun again may end in another way, which is another event. */
export function runEnded(ended: EndedRun): RunEndEvent {
  const { report, record, lag, place } = ended;
  const run = { job: report.job, id: report.id, startedAt: report.startedAt };
  const kind = report.state === 'skipped' ? 'skipped' : 'finished';
  const { copied, updated, failed } = report.snapshots;
  return {
    ...{ version: 1, id: runEventId(run, report.state), at: report.endedAt, job: report.job, type: 'flotilla.run', kind },
    ...{ severity: severityOf(report.state, record?.quiet === true), message: messageOf(ended) },
    ...{ run: { id: report.id, startedAt: report.startedAt }, ...causesOf(record ?? {}), state: report.state },
    ...(report.reason !== undefined && { reason: report.reason }),
    ...{ dryRun: report.dryRun, endedAt: report.endedAt, seconds: report.seconds, groups: report.groups },
    snapshots: { copied, updated, failed, removed: report.removed?.snapshots ?? 0 },
    ...{ chunks: report.tally.chunks, bytes: report.tally.bytes, errors: countKinds(report) },
    ...failureOf(report),
    ...{ lag, report: place },
  };
}

function failureOf({ failures: [first] }: Report): Pick<RunEndEvent, 'failure'> {
  return first === undefined ? {} : { failure: { kind: first.kind, code: first.code, message: cut(first) } };
}

const cut = ({ message }: Failure): string => message.slice(0, MAX_FAILURE_CHARACTERS).toWellFormed();

const SEVERITY: Readonly<Record<RunState, Severity>> = {
  ...{ waiting: 'info', running: 'info', ok: 'info', warnings: 'warning', errors: 'error', failed: 'error' },
  ...{ stopped: 'notice', skipped: 'notice' },
};

function severityOf(state: RunState, isQuiet: boolean): Severity {
  return state === 'skipped' && isQuiet ? 'info' : SEVERITY[state];
}

/** First what matters: which copy, how the run ended, how far behind the copy is, what to do. */
function messageOf({ job, report, lag }: EndedRun): string {
  const parts = [
    `${nameCopy(job)}: ${howItEnded(report)}`,
    ...(report.dryRun ? [] : [describeLag(lag)]),
    ...(hasWorked(report) ? [describeWork(report), ...describeTrouble(report)] : []),
    ...(report.state === 'skipped' ? [] : [...firstFailure(report), ...advise(report)]),
  ];
  return asSentence(parts.join('; '));
}

const hasWorked = ({ state, dryRun }: Report): boolean => state !== 'failed' && state !== 'skipped' && !dryRun;

function advise({ failures: [first] }: Report): string[] {
  // A removal that is refused says so by itself.
  const advice = first === undefined || first.code === 'REMOVAL_REFUSED' ? undefined : adviceFor(first.kind).whatToDo;
  return advice === undefined ? [] : [advice];
}
