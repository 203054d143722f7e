import type { JobStatus, RecentRun } from '../sync/status/job-status.ts';
import { lastRun } from '../sync/status/judge-status.ts';
import { isActive, suspendedText } from '../sync/suspension.ts';
import type { RunState } from '../sync/report/report.ts';
import type { StateWords } from '../sync/report/page/states.ts';
import { capitalize, formatSpan } from '../sync/report/words.ts';
import { lagSentence } from './lag-words.ts';
import { formatTime, relative } from './time-words.ts';

/** How a job stands, in a word, and why; 3 is what a person has to look at first, 0 what is well. */
export interface Verdict extends StateWords {
  readonly urgency: 0 | 1 | 2 | 3;
  /** Sentences, the most urgent first. */
  readonly why: readonly string[];
}

interface Finding extends StateWords {
  readonly urgency: 1 | 2 | 3;
  readonly why: string;
}

const BAD = { sign: '✕', tone: 'bad', urgency: 3 } as const;
const WARN = { sign: '!', tone: 'warn', urgency: 2 } as const;
const IDLE = { sign: '–', tone: 'idle', urgency: 1 } as const;

/** `now` is epoch milliseconds. */
export function judgeJob(status: JobStatus, now: number): Verdict {
  const findings = [...overdue(status), ...lagging(status), ...lastEnd(status), ...unseen(status), ...kept(status, now)];
  const [first] = findings.toSorted((a, b) => b.urgency - a.urgency);
  if (first !== undefined) {
    const why = findings.toSorted((a, b) => b.urgency - a.urgency).map((finding) => finding.why);
    return { word: first.word, sign: first.sign, tone: first.tone, urgency: first.urgency, why };
  }
  return { word: 'Up to date', sign: '✓', tone: 'good', urgency: 0, why: [lagSentence(status.health.lag)] };
}

function overdue({ health }: JobStatus): Finding[] {
  return health.overdue.map(({ schedule, due, seconds }) => ({
    ...BAD,
    word: 'Overdue',
    why: `No run has come for ${formatTime(due)} UTC of schedule ${schedule}, ${formatSpan(seconds)} ago: look whether what should start it is at work.`,
  }));
}

function lagging({ health: { lag, maxLagSeconds, standing }, live }: JobStatus): Finding[] {
  const isOver = standing?.lagRaised !== undefined || (lag.seconds ?? 0) > (maxLagSeconds ?? Infinity);
  if (maxLagSeconds !== undefined && isOver) {
    return [{ ...BAD, word: 'Too far behind', why: `${lagSentence(lag)} max-lag is ${formatSpan(maxLagSeconds)}.` }];
  }
  if (lag.state !== 'behind') return [];
  if (live.length > 0) return [{ ...IDLE, sign: '…', word: 'Catching up', why: lagSentence(lag) }];
  return [{ ...WARN, word: 'Behind', why: lagSentence(lag) }];
}

function lastEnd(status: JobStatus): Finding[] {
  const last = lastRun(status);
  if (last === undefined) return [];
  if (last.lost === true)
    return [{ ...BAD, word: 'Lost', why: 'The last run died without a word, or was killed: the next one goes on from there.' }];
  const finding = ENDS[last.state];
  return finding === undefined ? [] : [{ ...finding, why: `${finding.why} ${sentenceOf(last)}`.trim() }];
}

/** What an end of a run says of the copy. */
const ENDS: Readonly<Partial<Record<RunState, Finding>>> = {
  failed: { ...BAD, word: 'Failed', why: 'The last run failed.' },
  errors: { ...WARN, word: 'Errors', why: 'The last run ended with errors.' },
  warnings: { ...WARN, urgency: 1, word: 'Warnings', why: 'The last run ended with warnings.' },
  stopped: { ...IDLE, sign: '■', word: 'Stopped', why: 'The last run was stopped; the next one goes on from there.' },
};

/** A run's message begins with how it ended, which is said already. */
function sentenceOf({ state, message = '' }: RecentRun): string {
  const text = state === 'stopped' ? '' : message.replace(/^(failed after|done with \w+ in) [^:]*: /, '');
  return text === '' ? '' : `${capitalize(text)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function unseen({ health: { lag, standing }, live, recent }: JobStatus): Finding[] {
  if (lag.state !== 'unknown') return [];
  if (standing?.blindSince !== undefined) return [{ ...WARN, word: 'Out of sight', why: lagSentence(lag) }];
  if (live.length > 0) return [{ ...IDLE, sign: '…', word: 'At work', why: 'Its first run is at work.' }];
  if (lastRun({ recent }) !== undefined) return [{ ...IDLE, word: 'Not known', why: lagSentence(lag) }];
  return [{ ...IDLE, word: 'Never ran', why: 'No run of it has ended yet, so nothing is known of the copy.' }];
}

function kept({ suspension }: JobStatus, now: number): Finding[] {
  if (suspension === undefined || !isActive(suspension, now)) return [];
  const { since, until } = suspension;
  const text = suspendedText({
    ...suspension,
    since: relative(since, now),
    ...(until !== undefined && { until: formatTime(until) }),
  });
  return [{ ...IDLE, word: 'Suspended', why: `${capitalize(text.replace('since ', ''))}: it does not start by itself.` }];
}
