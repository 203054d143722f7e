import { formatGroup } from '../datastore/group.ts';
import { yieldGroup } from './group-lock.ts';
import { placeOf } from './log-lines.ts';
import type { SyncGroupOutput } from './payloads.ts';
import type { Progress } from './progress.ts';
import type { GroupRecord } from './report/group-record.ts';
import type { Lock } from './overlap/lock-store.ts';
import type { StartAnswer } from './run-store.ts';
import type { Worker } from './worker.ts';

/** A worker that is called again, or once more after an error that may pass, goes on with what it has started. */
export function hasStarted(earlier: GroupRecord | undefined): boolean {
  return earlier?.startedAt !== undefined && (earlier.state === 'running' || earlier.state === 'waiting');
}

/**
 * Takes the start gate of the target for a group whose lock is held: only then does a start mean that work begins. Undefined: it
 * is recorded, and the work begins now. Else the lock is given back for its place in line, and the worker comes again when its place is due.
 */
export async function awaitStart(
  lock: Lock,
  place: number | null,
  progress: Progress,
  worker: Worker,
): Promise<SyncGroupOutput | undefined> {
  const { job, store, run, leaseMs, log } = worker;
  const answer = await claimStart(lock, place, worker);
  if ('startedAt' in answer) {
    progress.start(answer.startedAt);
    return undefined;
  }
  // Who waits renews the run's lease, and has to come before that runs out.
  const waitSeconds = Math.min(answer.waitSeconds, Math.max(1, Math.floor(leaseMs / 2_000)));
  if (place === null) {
    const limit = `${String(job.startBatchSize)} groups start in ${String(job.startBatchPeriod)} s at most`;
    log.info(`waits ${String(waitSeconds)} s for its start: ${limit}`, placeOf(lock.key.group));
  }
  await yieldGroup(lock, worker);
  await store.renewTurn(run, worker.now(), leaseMs);
  return { done: false, waitSeconds, cursor: null, place: answer.place };
}

function claimStart({ key, owner }: Lock, place: number | null, { job, store, now }: Worker): Promise<StartAnswer> {
  if (job.startBatchSize === 0) return Promise.resolve({ startedAt: now() });
  const batch = { size: job.startBatchSize, periodMs: job.startBatchPeriod * 1000 };
  return store.claimStart(key.target, { owner: `${owner}/${formatGroup(key.group)}`, batch, place }, now);
}
