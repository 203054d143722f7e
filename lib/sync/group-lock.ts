import type { Group } from '../datastore/group.ts';
import { targetNamespace } from './namespaces.ts';
import { runOrder } from './overlap/run-order.ts';
import type { LockAnswer, LockKey } from './run-store.ts';
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
  const { store, run, job, now, leaseMs } = worker;
  const asker = { owner: lockOwner(worker), order: runOrder(run, job.scheduledTime) };
  return store.awaitLock(lockKeyOf(group, worker), asker, now(), leaseMs);
}

/** Gives back what the run has of a group: its lock, and its place among those that wait for it. Whether it held or could take the lock. */
export async function releaseGroup(group: Group, worker: Pick<Worker, 'store' | 'run' | 'job' | 'now'>): Promise<boolean> {
  const { store, now } = worker;
  const [key, owner] = [lockKeyOf(group, worker), lockOwner(worker)];
  await store.leaveLock(key, owner);
  const answer = await store.acquireLock(key, owner, now(), 1);
  if (!('lock' in answer)) return false;
  await store.releaseLock(answer.lock);
  return true;
}
