import { describeTrigger } from '../describe-trigger.ts';
import { plural } from '../report/words.ts';
import type { Job } from '../job.ts';
import type { RunRecord } from '../run-store.ts';
import type { FlotillaEvent, RunEvent, Severity } from './event.ts';
import { causesOf, runEventId } from './run-ended.ts';
import { asSentence, nameCopy } from './words.ts';

type EventJob = Pick<Job, 'id' | 'source' | 'target'>;
/** What is known of a run that begins. */
export type BegunRun = Omit<RunRecord, 'state'>;
type TickEvent = Extract<FlotillaEvent, { type: 'flotilla.tick'; kind: 'skipped' }>;

/** The event that a run goes. */
export function runStarted(job: EventJob, run: BegunRun, at: string): RunEvent {
  const message = words(run.dryRun === true ? 'a dry run started' : 'a run started', describeTrigger(run));
  const shared = sharedOf(job, run, at, { kind: 'started', severity: 'info', message });
  return { ...shared, type: 'flotilla.run', kind: 'started', ...causesOf(run) };
}

/** The event that a run waits for its turn. */
export function runQueued(job: EventJob, run: BegunRun, at: string, reason: string): RunEvent {
  const message = words('a run', describeTrigger(run), reason);
  const shared = sharedOf(job, run, at, { kind: 'queued', severity: 'info', message });
  return { ...shared, type: 'flotilla.run', kind: 'queued', ...causesOf(run), reason };
}

/** The event that ticks of the run's schedule passed which no run served before it; undefined: none did. */
export function ticksSkipped(job: EventJob, run: BegunRun, at: string): TickEvent | undefined {
  const { schedule, missed } = run;
  if (schedule === undefined || missed === undefined) return undefined;
  const times = plural(missed.count, 'time');
  const message = `no run came for ${times} of schedule ${schedule} since ${missed.since}: this one makes up for ${missed.count === 1 ? 'it' : 'them'}`;
  return {
    ...sharedOf(job, run, at, { kind: 'ticks-skipped', severity: 'warning', message }),
    ...{ type: 'flotilla.tick', kind: 'skipped', schedule, ticks: missed.count, since: missed.since },
  };
}

interface What {
  readonly kind: string;
  readonly severity: Severity;
  readonly message: string;
}

function sharedOf(job: EventJob, run: BegunRun, at: string, { kind, severity, message }: What) {
  return {
    ...({ version: 1, id: runEventId(run, kind), at, job: job.id, severity } as const),
    ...{ message: asSentence(`${nameCopy(job)}: ${message}`), run: { id: run.id, startedAt: run.startedAt } },
  };
}

const words = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join(' ');
