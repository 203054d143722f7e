import { describeLag } from '../report/describe-lag.ts';
import { isOverLag } from '../report/lag.ts';
import { formatSpan } from '../report/words.ts';
import type { RunState } from '../report/report.ts';
import type { JobLook, JobStatus, RecentRun } from './job-status.ts';

/** What somebody has to look into, with a code for machines and a sentence for people. */
export interface Trouble {
  readonly code: 'unreadable' | 'run-failed' | 'run-lost' | 'overdue' | 'lag';
  readonly message: string;
}

const BAD_ENDS: readonly RunState[] = ['failed', 'errors'];

/** The newest run that has ended, or was lost, and was to copy something; when there is none, the newest that was skipped. */
export function lastRun({ recent }: Pick<JobStatus, 'recent'>): RecentRun | undefined {
  const ended = recent.filter(({ endedAt, lost, dryRun }) => (endedAt !== undefined || lost === true) && dryRun !== true);
  return ended.find(({ state }) => state !== 'skipped') ?? ended[0];
}

/** All that is wrong with a job; none: its copy is as it should be, as far as is known. */
export function troublesOf(status: JobLook): readonly Trouble[] {
  if (status.unreadable !== undefined) return [{ code: 'unreadable', message: `cannot be read: ${status.unreadable}` }];
  const { overdue } = status.health;
  const ticks = overdue.map(({ schedule, due, seconds }): Trouble => {
    return { code: 'overdue', message: `no run came for the tick of ${due} of schedule ${schedule}, ${formatSpan(seconds)} ago` };
  });
  return [...runTrouble(status), ...ticks, ...lagTrouble(status)];
}

function runTrouble(status: JobStatus): readonly Trouble[] {
  const run = lastRun(status);
  if (run?.lost === true) {
    const message = `run ${run.id} died without a word, or was killed: its lease has run out; the next run goes on from there`;
    return [{ code: 'run-lost', message }];
  }
  if (run === undefined || !BAD_ENDS.includes(run.state)) return [];
  const why = run.message ?? `the run ended as ${run.state}`;
  return [{ code: 'run-failed', message: `${why} (run ${run.id})` }];
}

function lagTrouble({ health: { lag, maxLagSeconds } }: JobStatus): readonly Trouble[] {
  if (maxLagSeconds === undefined || !isOverLag(lag, maxLagSeconds)) return [];
  return [{ code: 'lag', message: `${describeLag(lag)}; max-lag is ${formatSpan(maxLagSeconds)}` }];
}
