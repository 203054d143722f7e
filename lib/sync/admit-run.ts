import { TransientError } from '../errors.ts';
import { decideTick, ownTick, strayTick, type TickDecision } from './decide-tick.ts';
import type { RunTrigger } from './payloads.ts';
import type { RunRecord } from './run-store.ts';
import { activeSuspension, suspendedText } from './suspension.ts';
import type { RunLog, Worker } from './worker.ts';

/**
 * Whether what started a run lets it go on. `go`: with what it serves. `skip`: it ends, and is recorded, with what it had served before
 * it was skipped; `quiet`: nobody needs to look into that. `none`: nobody wanted it, and nothing is recorded.
 */
export type Admission =
  | { readonly kind: 'go'; readonly serves: Served }
  | { readonly kind: 'skip'; readonly why: string; readonly quiet: boolean; readonly serves?: Served }
  | { readonly kind: 'none'; readonly why: string };

export type Served = Pick<RunRecord, 'scheduledTime' | 'missed'>;

type Admitting = Pick<Worker, 'job' | 'run' | 'store' | 'now' | 'log'>;

/** Other runs may serve ticks of the same schedule between our look and our write. */
const MAX_RACES = 5;

/** Decides once for a run, before its turn: asked again, the answer is the same. */
export async function admitRun(trigger: RunTrigger, worker: Admitting): Promise<Admission> {
  const before = await worker.store.loadRun(worker.run);
  return before !== undefined && wasDecided(before, trigger) ? decidedBefore(before) : decideOnce(trigger, worker);
}

/**
 * A run that has ended may have been stopped, or have failed, before it was decided: then its record has nothing of what started it.
 * One that ended as skipped may have been stopped while it waited, and asks again.
 */
function wasDecided(before: RunRecord, trigger: RunTrigger): boolean {
  if (before.endedAt === undefined) return true;
  return before.state !== 'skipped' && Object.keys(trigger).every((key) => key in before);
}

function decidedBefore({ state, message, scheduledTime, missed }: RunRecord): Admission {
  const serves = { ...(scheduledTime !== undefined && { scheduledTime }), ...(missed !== undefined && { missed }) };
  return state === 'skipped' ? { kind: 'skip', why: message ?? 'as before', quiet: true, serves } : { kind: 'go', serves };
}

async function decideOnce(trigger: RunTrigger, worker: Admitting): Promise<Admission> {
  const suspension = await activeSuspension(worker.store, worker.job.id, worker.now());
  if (!isTriggered(trigger)) {
    if (suspension !== undefined) worker.log.info(`goes by hand, though its job is ${suspendedText(suspension)}`);
    return { kind: 'go', serves: {} };
  }
  // What the run has claimed before nobody else will do.
  if (suspension === undefined || (await hasClaimed(trigger, worker))) return admitTrigger(trigger, worker);
  return strayStart(trigger, worker) ?? { kind: 'skip', why: suspendedText(suspension), quiet: true };
}

/** What is no time of its schedule leaves no record, suspended or not. */
function strayStart({ scheduledTime, schedule: name }: RunTrigger, { job }: Admitting): Admission | undefined {
  const schedule = job.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined || scheduledTime === undefined) return undefined;
  return strayTick({ schedule, time: Date.parse(scheduledTime) });
}

/** Whether an earlier call of this run has got as far as to claim what started it. */
async function hasClaimed(trigger: RunTrigger, { store, run }: Admitting): Promise<boolean> {
  const { scheduledTime, schedule } = trigger;
  const cause = causeOf(trigger);
  if (cause !== undefined) return (await store.loadCause(run.job, cause)) === run.id;
  if (scheduledTime === undefined || schedule === undefined) return false;
  return ownTick(await store.loadTick(run.job, schedule), run.id) !== undefined;
}

/** What starts one run and no other, beside ticks of the job's own schedules: it is claimed by this name. */
export function causeOf({ scheduledTime, schedule, afterRun }: RunTrigger): string | undefined {
  if (afterRun !== undefined) return `after ${afterRun}`;
  return schedule === undefined ? scheduledTime : undefined;
}

function isTriggered(trigger: RunTrigger): boolean {
  return Object.keys(trigger).length > 0;
}

async function admitTrigger(trigger: RunTrigger, worker: Admitting): Promise<Admission> {
  const { store, run, now } = worker;
  const { scheduledTime, schedule, afterRun } = trigger;
  const cause = causeOf(trigger);
  if (cause !== undefined && !(await store.claimCause(run.job, cause, run.id, now()))) {
    const why = afterRun === undefined ? `serves the tick ${cause}` : `comes after run ${afterRun}`;
    return { kind: 'skip', why: `another execution ${why}`, quiet: true };
  }
  if (scheduledTime === undefined) return { kind: 'go', serves: {} };
  return schedule === undefined ? { kind: 'go', serves: { scheduledTime } } : admitTick({ scheduledTime, schedule }, worker);
}

async function admitTick(
  { scheduledTime, schedule: name }: { readonly scheduledTime: string; readonly schedule: string },
  { job, store, run, now, log }: Admitting,
): Promise<Admission> {
  const schedule = job.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) return { kind: 'skip', why: `job ${job.id} has no schedule ${name} any more`, quiet: true };
  for (let race = 0; race < MAX_RACES; race++) {
    const known = await store.loadTick(job.id, name);
    const decision = decideTick({ schedule, known, time: Date.parse(scheduledTime), run: run.id, now: now() });
    if (decision.kind === 'none' || decision.kind === 'skip') return decision;
    const isOwn = ownTick(known, run.id) !== undefined;
    if (isOwn || (await store.saveTick(job.id, name, decision.record, known))) return serve(decision, name, log);
  }
  throw new TransientError('TICK_CONTENDED', `runs of schedule ${name} of job ${job.id} start too fast; try again`, {
    context: { job: job.id, run: run.id },
  });
}

function serve({ kind, record, doubt }: TickDecision & { kind: 'serve' | 'late' }, name: string, log: RunLog): Admission {
  const { served, missed } = record;
  if (doubt !== undefined) log.warn(doubt);
  if (kind === 'serve') return { kind: 'go', serves: { scheduledTime: served, ...(missed !== undefined && { missed }) } };
  const why = `the tick of ${served} comes after the window of schedule ${name} is over: its next time is served`;
  return { kind: 'skip', why, quiet: false };
}
