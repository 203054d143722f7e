import type { Group } from '../datastore/group.ts';
import { targetNamespace } from './namespaces.ts';
import { runOrder } from './overlap/run-order.ts';
import type { Lock, LockAnswer, LockAsker, LockKey } from './overlap/lock-store.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';

/** All calls of all workers of one run own a lock together: the fence tells a call from one that was given up. */
export function lockOwner({ run }: Pick<Worker, 'run'>): string {
  return `${run.job}/${run.id}`;
}

/** The lock of a group, by its name on the source. */
export function lockKeyOf({ namespace, name }: Group, { job }: Pick<Worker, 'job'>): LockKey {
  return { target: targetPlace(job.target), group: { namespace: targetNamespace(job, namespace), name } };
}

/** Takes the lock of a group for its run, or the run's place among those that wait for it. */
export function awaitGroupLock(group: Group, worker: Worker): Promise<LockAnswer> {
  const { store, now, leaseMs } = worker;
  return store.awaitLock(lockKeyOf(group, worker), askerOf(worker), now(), leaseMs);
}

/** Lets others have a lock whose group has to wait, but for those that come after this run. */
export function yieldGroup(lock: Lock, worker: Worker): Promise<void> {
  const { store, now, leaseMs } = worker;
  return store.yieldLock(lock, askerOf(worker), now(), leaseMs);
}

function askerOf(worker: Pick<Worker, 'run' | 'job'>): LockAsker {
  const { run, job } = worker;
  return { owner: lockOwner(worker), order: runOrder(run, job.scheduledTime), run };
}

/** Gives back what the run has of a group: its lock, and its place among those that wait for it. */
export function releaseGroup(group: Group, worker: Pick<Worker, 'store' | 'run' | 'job'>): Promise<void> {
  return worker.store.leaveLock(lockKeyOf(group, worker), lockOwner(worker));
}
