import { runOrder } from './overlap/run-order.ts';
import type { TurnAnswer } from './overlap/turn.ts';
import type { RunTrigger } from './payloads.ts';
import type { RunRecord, RunRef } from './run-store.ts';
import type { Worker } from './worker.ts';

/** How long a run sleeps before it asks again: longer with time, but never so long that its lease might run out. */
const MIN_WAIT_SECONDS = 15;
const MAX_WAIT_SECONDS = 60;

/** What is known of a run before it begins. */
export type RunStart = RunRef & RunTrigger & Pick<RunRecord, 'missed' | 'dryRun'>;

/** `onQueued`: called when the run waits for the first time, with what for. */
type Turning = Worker & { readonly onQueued?: (why: string) => Promise<void> };

export type Blocked = Exclude<TurnAnswer, { readonly decision: 'go' }>;

/**
 * Takes the turn of the run among those of its job, or its place in line, and records what it waits for. Undefined: it goes. A dry
 * run writes nothing, and waits for nobody.
 */
export async function takeTurn(record: RunStart, worker: Turning): Promise<Blocked | undefined> {
  const { store, run, job, now, leaseMs } = worker;
  if (job.dryRun) return undefined;
  const { overlap, queueDepth, scheduledTime } = job;
  const answer = await store.askTurn({ ...run, order: runOrder(run, scheduledTime), overlap, queueDepth }, now(), leaseMs);
  if (answer.decision === 'go') return undefined;
  if (answer.decision === 'wait') await tellWait(record, answer, worker);
  return answer;
}

/** Once for each run that it waits for: a run may ask for days. */
async function tellWait(
  record: RunStart,
  { ahead: [first], waiting }: Blocked,
  { store, run, log, onQueued }: Turning,
): Promise<void> {
  const message = `waits for run ${first}`;
  const before = await store.loadRun(run);
  if (before?.state === 'waiting' && before.message === message) return;
  log.info(`waits for its turn: run ${first} of this job ${waiting.includes(first) ? 'waits already' : 'is at work'}`);
  // Before it is written down, so that a call that dies between the two tells it again.
  if (before?.state !== 'waiting') await onQueued?.(message);
  await store.saveRun({ ...record, state: 'waiting', message });
}

/** Why a run is skipped. */
export function skipReason({ ahead: [first], waiting }: Blocked): string {
  const busy = waiting.includes(first) ? `run ${first} waits already` : `run ${first} is at work`;
  const others = waiting.filter((id) => id !== first);
  return others.length === 0 ? busy : `${busy}, and ${others.join(', ')} ${others.length === 1 ? 'waits' : 'wait'} already`;
}

/** Seconds until it is worth to ask again, for one who waits since this time (ISO 8601). */
export function secondsToAsk(since: string, { now, leaseMs }: Pick<Worker, 'now' | 'leaseMs'>): number {
  const waited = (now() - Date.parse(since)) / 1000;
  const most = Math.min(MAX_WAIT_SECONDS, Math.floor(leaseMs / 2000));
  return Math.max(1, Math.round(Math.min(Math.max(waited / 10, MIN_WAIT_SECONDS), most)));
}
