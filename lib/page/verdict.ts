import type { StateWords } from '../html/banner.ts';
import type { JobLook, JobStatus } from '../sync/status/job-status.ts';
import { lastRun, troublesOf, type Trouble } from '../sync/status/judge-status.ts';
import { isActive, suspensionTerms } from '../sync/suspension.ts';
import type { RunState } from '../sync/report/report.ts';
import { formatSpan, sentence } from '../sync/report/words.ts';
import { lagSentence } from './lag-words.ts';
import { wordOf } from './strip.ts';
import { formatTime, relative } from './time-words.ts';

/**
 * How a job stands, in a word, and why; 3 is what a person has to look at first, 0 what is well. It is 2 or 3 where `troublesOf` finds
 * something, and nowhere else: the page and the command line have one judge.
 */
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
const NOTE = { sign: '!', tone: 'warn', urgency: 1 } as const;
const IDLE = { sign: '–', tone: 'idle', urgency: 1 } as const;

/** `now` is epoch milliseconds. */
export function judgeJob(status: JobLook, now: number): Verdict {
  const troubles = new Set(troublesOf(status).map(({ code }) => code));
  if (status.unreadable !== undefined)
    return { ...BAD, word: 'Unreadable', why: [sentence(`How it stands cannot be read: ${status.unreadable}`)] };
  const findings = Object.entries(TROUBLES).flatMap(([code, tell]) =>
    troubles.has(code as Trouble['code']) ? tell(status) : [],
  );
  const rest = [
    ...(troubles.has('lag') ? [] : [...lagging(status), ...unseen(status)]),
    ...lastEnd(status),
    ...kept(status, now),
  ];
  const all = [...findings, ...rest].toSorted((a, b) => b.urgency - a.urgency);
  const [first] = all;
  if (first === undefined)
    return { word: 'Up to date', sign: '✓', tone: 'good', urgency: 0, why: [lagSentence(status.health.lag)] };
  const { word, sign, tone, urgency } = first;
  return { word, sign, tone, urgency, why: all.map(({ why }) => why) };
}

/** What the page says of each, in the order of its sentences. */
const TROUBLES: Readonly<Record<Trouble['code'], (status: JobStatus) => readonly Finding[]>> = {
  overdue,
  lag: tooFarBehind,
  'run-lost': () => [
    { ...BAD, word: 'Lost', why: 'The last run died without a word, or was killed: the next one goes on from there.' },
  ],
  'run-failed': (status) => endFinding(status, FAILURES),
  unreadable: () => [],
};

function overdue({ health }: JobStatus): readonly Finding[] {
  return health.overdue.map(({ schedule, due, seconds }) => ({
    ...BAD,
    word: 'Overdue',
    why: `No run has come for ${formatTime(due)} UTC of schedule ${schedule}, ${formatSpan(seconds)} ago: look whether what should start it is at work.`,
  }));
}

function tooFarBehind({ health: { lag, maxLagSeconds = 0 } }: JobStatus): readonly Finding[] {
  return [{ ...BAD, word: 'Too far behind', why: `${lagSentence(lag)} max-lag is ${formatSpan(maxLagSeconds)}.` }];
}

/** Within what the job allows, or where it says nothing of that. */
function lagging({ health: { lag }, live }: JobStatus): readonly Finding[] {
  if (lag.state !== 'behind') return [];
  if (live.length > 0) return [{ ...IDLE, sign: '…', word: 'Catching up', why: lagSentence(lag) }];
  return [{ ...NOTE, word: 'Behind', why: lagSentence(lag) }];
}

function lastEnd(status: JobStatus): readonly Finding[] {
  return lastRun(status)?.lost === true ? [] : endFinding(status, ENDS);
}

function endFinding(status: JobStatus, ends: Ends): readonly Finding[] {
  const last = lastRun(status);
  const end = last && ends[last.state];
  if (last === undefined || end === undefined) return [];
  const begin = last.state === 'failed' ? 'The last run' : 'The last run was';
  // Its message begins with how it ended: `failed after 31 s: ...`, `done with errors in 9 min 1 s: ...`.
  return [{ ...end, why: sentence(`${begin} ${last.message ?? wordOf(last).toLowerCase()}`) }];
}

type Ends = Readonly<Partial<Record<RunState, Omit<Finding, 'why'>>>>;

/** Ends that are a trouble. */
const FAILURES: Ends = {
  failed: { ...BAD, word: 'Failed' },
  errors: { ...WARN, word: 'Errors' },
};

/** What other ends of a run say of the copy. */
const ENDS: Ends = {
  warnings: { ...NOTE, word: 'Warnings' },
  stopped: { ...IDLE, sign: '■', word: 'Stopped' },
};

function unseen({ health: { lag, standing }, live, recent }: JobStatus): Finding[] {
  if (lag.state !== 'unknown') return [];
  if (standing?.blindSince !== undefined) return [{ ...NOTE, word: 'Out of sight', why: lagSentence(lag) }];
  if (live.length > 0) return [{ ...IDLE, sign: '…', word: 'At work', why: 'Its first run is at work.' }];
  if (lastRun({ recent }) !== undefined) return [{ ...IDLE, word: 'Not known', why: lagSentence(lag) }];
  return [{ ...IDLE, word: 'Never ran', why: 'No run of it has ended yet, so nothing is known of the copy.' }];
}

function kept({ suspension }: JobStatus, now: number): Finding[] {
  if (suspension === undefined || !isActive(suspension, now)) return [];
  const { since, until } = suspension;
  const terms = suspensionTerms({ ...suspension, ...(until !== undefined && { until: `${formatTime(until)} UTC` }) });
  return [{ ...IDLE, word: 'Suspended', why: `Suspended ${relative(since, now)}${terms}: it does not start by itself.` }];
}
