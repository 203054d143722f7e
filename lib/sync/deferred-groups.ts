import { inFlight } from '../transfer/in-flight.ts';
import { awaitGroupLock, releaseGroup, yieldGroup } from './group-lock.ts';
import { placeOf } from './log-lines.ts';
import { READS_AT_ONCE } from './map-ahead.ts';
import type { DeferredGroup, GroupItem, SyncGroupOutput } from './payloads.ts';
import { openProgress, type Progress } from './progress.ts';
import type { Worker } from './worker.ts';

/** A group whose workers die each time before they have its lock is given up, and shows as unfinished. */
const MAX_OFFERS = 5;

/**
 * Ends the worker of a group that another run holds, or waits for before this one: its slot goes to another group, and the run comes
 * back to this one when it has been let go of.
 */
export async function deferGroup(item: GroupItem, heldBy: string, progress: Progress, worker: Worker): Promise<SyncGroupOutput> {
  const { store, run, log, now, leaseMs } = worker;
  log.info(`waits for its lock, held by ${heldBy}`, placeOf(item));
  progress.doing(`waits for ${heldBy}`);
  // In this order: a call that is made again, and gets the lock, knows by the record that there is something to forget.
  await progress.save('waiting');
  await store.saveDeferred(run, { item, offers: 0 });
  await store.renewTurn(run, now(), leaseMs);
  return { done: true, waitSeconds: 0, cursor: null };
}

/** Groups that the run is the first in line for, with nobody at work on them, and how many it waits for. */
export interface AskedDeferred {
  readonly free: readonly DeferredGroup[];
  readonly left: number;
}

/** Asks for all groups that the run waits for, and keeps its place in their lines: their workers may have to wait for a slot. */
export async function askDeferred(worker: Worker): Promise<AskedDeferred> {
  const { store, run, now, leaseMs } = worker;
  await store.renewTurn(run, now(), leaseMs);
  const free: DeferredGroup[] = [];
  let left = 0;
  await inFlight(store.listDeferred(run), { limit: READS_AT_ONCE }, async (deferred) => {
    if (deferred.offers >= MAX_OFFERS) return giveUp(deferred.item, worker);
    const answer = await awaitGroupLock(deferred.item, worker);
    if (!('lock' in answer)) return void (left += 1);
    await yieldGroup(answer.lock, worker);
    free.push(deferred);
  });
  return { free, left };
}

async function giveUp(item: GroupItem, worker: Worker): Promise<void> {
  await releaseGroup(item, worker);
  await worker.store.removeDeferred(worker.run, item);
}

/** Ends the waiting for all groups, which are left to the next run. */
export async function stopDeferred(worker: Worker): Promise<void> {
  const { store, run } = worker;
  for await (const { item } of store.listDeferred(run)) {
    await openProgress(item, await store.loadGroup(run, item), worker).save('stopped');
    await releaseGroup(item, worker);
    await store.removeDeferred(run, item);
  }
}
