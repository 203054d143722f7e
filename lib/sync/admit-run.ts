import { TransientError } from '../errors.ts';
import { decideTick } from './decide-tick.ts';
import type { RunTrigger } from './payloads.ts';
import type { RunRecord, TickRecord } from './run-store.ts';
import { activeSuspension, suspendedText } from './suspension.ts';
import type { Worker } from './worker.ts';

/**
 * Whether what started a run lets it go on. `go`: with what it serves. `skip`: it ends, and is recorded; `quiet`: nobody needs to look
 * into that. `none`: nobody wanted it, and nothing is recorded.
 */
export type Admission =
  | { readonly kind: 'go'; readonly serves: Served }
  | { readonly kind: 'skip'; readonly why: string; readonly quiet: boolean }
  | { readonly kind: 'none'; readonly why: string };

export type Served = Pick<RunRecord, 'scheduledTime' | 'missed'>;

type Admitting = Pick<Worker, 'job' | 'run' | 'store' | 'now' | 'log'>;

/** Other runs may serve ticks of the same schedule between our look and our write. */
const MAX_RACES = 5;

/** Decides once for a run, before its turn: asked again, the answer is the same. */
export async function admitRun(trigger: RunTrigger, worker: Admitting): Promise<Admission> {
  const before = await worker.store.loadRun(worker.run);
  return before === undefined ? decideOnce(trigger, worker) : decidedBefore(before);
}

/** A run that was stopped while it waited counts as skipped too, but has ended so, and may be executed again. */
function decidedBefore({ state, endedAt, message, scheduledTime, missed }: RunRecord): Admission {
  if (state === 'skipped' && endedAt === undefined) return { kind: 'skip', why: message ?? 'as before', quiet: true };
  const serves = { ...(scheduledTime !== undefined && { scheduledTime }), ...(missed !== undefined && { missed }) };
  return { kind: 'go', serves };
}

async function decideOnce(trigger: RunTrigger, worker: Admitting): Promise<Admission> {
  const suspension = await activeSuspension(worker.store, worker.job.id, worker.now());
  if (!isTriggered(trigger)) {
    if (suspension !== undefined) worker.log.info(`goes by hand, though its job is ${suspendedText(suspension)}`);
    return { kind: 'go', serves: {} };
  }
  if (suspension !== undefined) return { kind: 'skip', why: suspendedText(suspension), quiet: true };
  return admitTrigger(trigger, worker);
}

function isTriggered(trigger: RunTrigger): boolean {
  return Object.keys(trigger).length > 0;
}

async function admitTrigger({ scheduledTime, schedule, afterRun }: RunTrigger, worker: Admitting): Promise<Admission> {
  const { store, run, now } = worker;
  if (afterRun !== undefined && !(await store.claimTick(run.job, `after ${afterRun}`, run.id, now()))) {
    return { kind: 'skip', why: `another execution comes after run ${afterRun}`, quiet: true };
  }
  if (scheduledTime === undefined) return { kind: 'go', serves: {} };
  if (schedule !== undefined) return admitTick({ scheduledTime, schedule }, worker);
  if (await store.claimTick(run.job, scheduledTime, run.id, now())) return { kind: 'go', serves: { scheduledTime } };
  return { kind: 'skip', why: `the tick ${scheduledTime} is served by another execution`, quiet: true };
}

async function admitTick(
  { scheduledTime, schedule: name }: { readonly scheduledTime: string; readonly schedule: string },
  { job, store, run, now }: Admitting,
): Promise<Admission> {
  const schedule = job.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) return { kind: 'skip', why: `job ${job.id} has no schedule ${name} any more`, quiet: true };
  for (let race = 0; race < MAX_RACES; race++) {
    const known = await store.loadTick(job.id, name);
    const decision = decideTick({ schedule, known, time: Date.parse(scheduledTime), run: run.id, now: now() });
    if (decision.kind === 'none') return decision;
    if (decision.kind === 'skip') return { ...decision, quiet: true };
    if (known?.run === run.id || (await store.saveTick(job.id, name, decision.record, known))) return serve(decision, name);
  }
  throw new TransientError('TICK_CONTENDED', `runs of schedule ${name} of job ${job.id} start too fast; try again`, {
    context: { job: job.id, run: run.id },
  });
}

function serve({ kind, record }: { readonly kind: 'serve' | 'late'; readonly record: TickRecord }, name: string): Admission {
  const { served, missed } = record;
  if (kind === 'serve') return { kind: 'go', serves: { scheduledTime: served, ...(missed !== undefined && { missed }) } };
  const why = `the tick of ${served} comes after the window of schedule ${name} is over: its next time is served`;
  return { kind: 'skip', why, quiet: false };
}
