import type { FlotillaEvent, RunEndEvent, Severity } from '../sync/event/event.ts';
import { adviceFor } from '../sync/report/failure-advice.ts';
import { formatBytes, formatSeconds, formatSpan, plural } from '../sync/report/words.ts';
import { describeBehind, formatWhen, howFar } from './behind.ts';
import { fieldsOf } from './fields.ts';
import { stateOf, type NoticeState } from './state.ts';
import { isRunEnd, type Incident } from './told.ts';

/** What people get to read, whichever way it comes to them. */
export interface Message {
  readonly title: string;
  /** Lines; what matters comes first. */
  readonly text: string;
  readonly severity: Severity;
  readonly state: NoticeState;
  readonly job: string;
  /** ISO 8601. */
  readonly at: string;
  /** Where there is more to see: a URL, or a file. */
  readonly link?: string;
  /** What templates know as `fields.<name>`. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface Circumstances {
  readonly recoveredFrom?: Incident;
  readonly link?: string;
}

/** Says what happened: which copy and what state in the title; how far behind, what to do and where to look below. */
export function composeMessage(event: FlotillaEvent, { recoveredFrom, link }: Circumstances): Message {
  const lines = [...linesOf(event, recoveredFrom), link];
  const text = lines.flatMap((line) => (line === undefined || line === '' ? [] : [clip(line)])).join('\n');
  return {
    ...{ title: titleOf(event, recoveredFrom), text, severity: event.severity, state: stateOf(event) },
    ...{ job: event.job, at: event.at },
    ...(link !== undefined && { link }),
    fields: fieldsOf(event, { recovered: recoveredFrom !== undefined, ...(link !== undefined && { link }) }),
  };
}

/** An error may hold a provider's whole answer; the report has it in full. */
const MAX_LINE = 600;

function clip(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - 1).toWellFormed()}…`;
}

function titleOf(event: FlotillaEvent, recoveredFrom: Incident | undefined): string {
  const { job } = event;
  switch (event.type) {
    case 'flotilla.run':
      return `${job} ${isRunEnd(event) ? endTitle(event, recoveredFrom) : event.kind === 'started' ? 'started' : 'waits for its turn'}`;
    case 'flotilla.lag':
      return event.kind === 'raised'
        ? `${job}: ${howFar(event.lag)}, more than max-lag allows (${formatSpan(event.maxLagSeconds)})`
        : `${job} is no longer behind more than max-lag allows`;
    case 'flotilla.delete-guard':
      return `${job}: removing from the copy was refused`;
    case 'flotilla.tick':
      return event.kind === 'overdue'
        ? `${job} did not run: it was due at ${formatWhen(event.due)}`
        : `${job} missed ${plural(event.ticks, 'run')} since ${formatWhen(event.since)}`;
  }
}

const HOW_ENDED = {
  ok: 'is done',
  warnings: 'is done with warnings',
  errors: 'ended with errors',
  failed: 'failed',
  stopped: 'was stopped',
  skipped: 'was skipped',
  running: 'is at work',
  waiting: 'waits',
} as const;

function endTitle(event: RunEndEvent, recoveredFrom: Incident | undefined): string {
  if (event.dryRun) return `dry run: ${HOW_ENDED[event.state]}`;
  if (recoveredFrom !== undefined) {
    const span = spanOf(recoveredFrom.since, event.endedAt);
    return `${event.state === 'ok' ? `is well again after ${span}` : `is done again after ${span}, with warnings`}: ${howFar(event.lag)}`;
  }
  return event.state === 'skipped' ? HOW_ENDED.skipped : `${HOW_ENDED[event.state]}: ${howFar(event.lag)}`;
}

const LAG_ADVICE = 'What to do: look at the last runs of the job.';

function linesOf(event: FlotillaEvent, recoveredFrom: Incident | undefined): readonly (string | undefined)[] {
  if (isRunEnd(event)) return endLines(event, recoveredFrom);
  // Its title says how far, its event's own sentence would once more.
  if (event.type === 'flotilla.lag' && event.kind === 'raised') return [describeBehind(event.lag), LAG_ADVICE];
  return [event.message, event.type === 'flotilla.delete-guard' ? runLine(event) : undefined];
}

/** The event's own sentence says it all; of what failed, and of a recovery, each thing has its line. */
function endLines(event: RunEndEvent, recoveredFrom: Incident | undefined): readonly (string | undefined)[] {
  const { lag, state, failure } = event;
  if (state === 'skipped' || (failure === undefined && recoveredFrom === undefined)) return [event.message, runLine(event)];
  return [
    recoveredFrom && describeRecovery(event, recoveredFrom),
    failure?.message,
    moreFailures(event),
    describeBehind(lag),
    failure && advise(failure.kind),
    workLine(event),
    runLine(event),
  ];
}

function describeRecovery({ lag, endedAt }: RunEndEvent, { since, runs, natures }: Incident): string {
  const wasSkipped = natures.some(({ state }) => state === 'skipped');
  const bad = [...(runs === 0 ? [] : [`${plural(runs, 'run')} ended badly`]), ...(wasSkipped ? ['runs were skipped'] : [])];
  const what = bad.length === 0 ? 'no run came' : bad.join(', ');
  // Where it is not current, the line on what the copy lacks says so.
  const now = lag.state === 'current' ? '; all that was missed is copied now' : '';
  return `Broken since ${formatWhen(since)}, for ${spanOf(since, endedAt)}: ${what}${now}.`;
}

function moreFailures({ errors, failure }: RunEndEvent): string | undefined {
  const count = Object.values(errors).reduce((sum, each) => sum + each, 0);
  return failure === undefined || count < 2 ? undefined : `It is the first of ${plural(count, 'failure')}.`;
}

function advise(kind: string): string | undefined {
  const { whatToDo } = adviceFor(kind);
  return whatToDo === undefined ? undefined : `What to do: ${whatToDo}`;
}

function workLine({ snapshots, bytes, dryRun }: RunEndEvent): string | undefined {
  if (dryRun || (snapshots.copied === 0 && snapshots.removed === 0 && bytes === 0)) return undefined;
  const removed = snapshots.removed === 0 ? [] : [`${plural(snapshots.removed, 'snapshot')} removed`];
  return [`${plural(snapshots.copied, 'snapshot')} copied`, `${formatBytes(bytes)} written`, ...removed].join(', ');
}

function runLine(event: {
  readonly run: { readonly id: string; readonly startedAt: string };
  readonly seconds?: number;
}): string {
  const took = event.seconds === undefined ? '' : `, took ${formatSeconds(event.seconds)}`;
  return `Run ${event.run.id} of ${formatWhen(event.run.startedAt)}${took}`;
}

function spanOf(from: string, to: string): string {
  return formatSpan(Math.max(0, Date.parse(to) - Date.parse(from)) / 1000);
}
