import { formatGroup, type Group, type ListedGroup } from '../datastore/group.ts';
import { ConfigError, ConflictError, DataError, formatErrorChain, TransientError } from '../errors.ts';
import { awaitStart, hasStarted } from './await-start.ts';
import { deferGroup } from './deferred-groups.ts';
import { awaitGroupLock, releaseGroup } from './group-lock.ts';
import { hasToStop } from './has-to-stop.ts';
import { openMissing } from './health/missing.ts';
import { iso } from './iso.ts';
import { holdLease, type Lease } from './lease.ts';
import { findSnapshot, listGroup } from './list-groups.ts';
import { failedLine, placeOf } from './log-lines.ts';
import { targetNamespace } from './namespaces.ts';
import type { GroupItem, PlanItem, SyncCursor, SyncGroupOutput } from './payloads.ts';
import { failedOf, loadFailed, planListed, type FailedSnapshots } from './plan-run.ts';
import { begunAnew, openProgress, type Progress } from './progress.ts';
import { makeNamespaces } from './make-namespaces.ts';
import { refinePlan } from './refine-plan.ts';
import type { Lock } from './overlap/lock-store.ts';
import { NAMESPACES_RECORD } from './report/group-record.ts';
import { openSession, runSessionPhase, type Session } from './session.ts';
import { syncSteps } from './sync-steps.ts';
import { targetPlace } from './target-place.ts';
import { waitForOthers } from './wait-for-others.ts';
import type { Worker } from './worker.ts';

/** A worker whose lock was lost asks for it again after this long. */
const LOST_LOCK_WAIT_SECONDS = 2;

const DONE: SyncGroupOutput = { done: true, waitSeconds: 0, cursor: null };

/**
 * Works on one line of the plan: syncs one group until it is done, the deadline is near or the start gate is closed; one that another
 * run holds is deferred. Data errors are recorded in the group's record; every other error is recorded there too, and thrown.
 */
export async function syncGroup(
  item: PlanItem,
  cursor: SyncCursor | null,
  worker: Worker,
  place: number | null = null,
): Promise<SyncGroupOutput> {
  if (item.kind === 'namespaces') return syncNamespaces(item.missingNamespaces, worker);
  if (item.kind === 'wait') return waitForOthers(item, worker);
  return syncOne({ item, cursor, place }, worker);
}

interface GroupCall {
  readonly item: GroupItem;
  readonly cursor: SyncCursor | null;
  readonly place: number | null;
}

async function syncOne({ item, cursor, place }: GroupCall, worker: Worker): Promise<SyncGroupOutput> {
  const targetGroup: Group = { namespace: targetNamespace(worker.job, item.namespace), name: item.name };
  const earlier = await worker.store.loadGroup(worker.run, item);
  const progress = openProgress(item, cursor === null ? begunAnew(earlier) : earlier, worker);

  if (await hasToStop(worker)) return stop(item, progress, worker);
  const answer = await awaitGroupLock(item, worker);
  if (!('lock' in answer)) return deferGroup(item, answer.heldBy, progress, worker);
  if (earlier?.state === 'waiting') await worker.store.removeDeferred(worker.run, item);
  const notYet = cursor !== null || hasStarted(earlier) ? undefined : await awaitStart(answer.lock, place, progress, worker);
  return notYet ?? syncLocked({ item, targetGroup, lock: answer.lock, cursor }, progress, worker);
}

async function end(progress: Progress, state: 'ok' | 'errors' | 'stopped'): Promise<SyncGroupOutput> {
  await progress.save(state);
  return DONE;
}

/** An earlier call of this worker may have kept the lock at its deadline. */
async function stop(item: GroupItem, progress: Progress, worker: Worker): Promise<SyncGroupOutput> {
  await releaseGroup(item, worker);
  return end(progress, 'stopped');
}

interface LockedGroup {
  readonly item: GroupItem;
  readonly targetGroup: Group;
  readonly lock: Lock;
  readonly cursor: SyncCursor | null;
}

async function syncLocked(locked: LockedGroup, progress: Progress, worker: Worker): Promise<SyncGroupOutput> {
  const { item, targetGroup, lock } = locked;
  const group: Group = { namespace: item.namespace, name: item.name };
  const work: GroupWork = { worker, group, targetGroup, lease: holdLease(lock, worker), progress };
  try {
    const next = await syncPlanned(work, locked);
    if (next !== undefined && worker.stopReason() === 'deadline') {
      await progress.save('running');
      return { done: false, waitSeconds: 0, cursor: next };
    }
    await end(progress, next === undefined ? (progress.failed() ? 'errors' : 'ok') : 'stopped');
    await work.lease.release();
    return DONE;
  } catch (error) {
    if (error instanceof ConflictError) return { done: false, waitSeconds: LOST_LOCK_WAIT_SECONDS, cursor: null };
    tellEnd(error, work);
    await recordEnd(error, progress, worker);
    await work.lease.release();
    if (error instanceof DataError) return DONE;
    throw error;
  } finally {
    worker.log.flush?.(placeOf(group));
  }
}

/** One group under its lock, before it is known what there is to do. */
interface GroupWork {
  readonly worker: Worker;
  readonly group: Group;
  readonly targetGroup: Group;
  readonly lease: Lease;
  readonly progress: Progress;
}

/** Who tries it again says so. */
function tellEnd(error: unknown, { worker, group }: GroupWork): void {
  if (error instanceof TransientError) return;
  worker.log.error(failedLine(`sync group ${formatGroup(group)}`, formatErrorChain(error)), placeOf(group));
}

/** What will be tried again is no result yet, but if it never gets better, this is where the report finds the reason. */
async function recordEnd(error: unknown, progress: Progress, { store, run }: Worker): Promise<void> {
  if (error instanceof ConfigError) await store.saveRefusal(run, { code: error.code, message: formatErrorChain(error) });
  progress.fail(error);
  await progress.save(error instanceof TransientError ? 'running' : 'errors');
}

/** Where to go on, when the call has to end before the group is done. */
async function syncPlanned(work: GroupWork, { item, cursor }: LockedGroup): Promise<SyncCursor | undefined> {
  const { worker, progress, targetGroup } = work;
  const { source, target, layout } = worker;
  const lookedAt = iso(worker.now());
  const [from, to] = await Promise.all([listGroup(source, layout, item), listGroup(target, layout, targetGroup)]);
  // A long listing must not cost what is left of the lease: the first transfer may be slow, too.
  await work.lease.renewIfDue();
  const failed = await loadFailed(worker);
  const plan = await planListed(worker, from, to, failed);
  await forgetGone(worker, targetGroup, from, failed);
  const beat = async (): Promise<void> => {
    await work.lease.renewIfDue();
    await worker.heedStop();
  };
  const sure = await refinePlan(plan, { source: from, targetGroup, worker, beat });
  const steps = sure.steps.filter(({ snapshot }) => cursor === null || snapshot.name >= cursor.snapshot);
  progress.expect(steps.length, sure.skipped);
  progress.lacks(openMissing(plan, sure.steps, layout), lookedAt);
  // A namespace is there though a filter leaves out all that is in it, as one that holds nothing is.
  if (cursor === null) await makeNamespaces(item.missingNamespaces, worker);
  if (steps.length === 0 && !plan.incomplete) return undefined;

  const session = openSession(work, to);
  if (cursor === null) await openOnTarget(session, from, to);
  return syncSteps(session, steps, cursor);
}

/** What failed and is gone from the source by now cannot be tried again. */
async function forgetGone({ store, job }: Worker, targetGroup: Group, from: ListedGroup, failed: FailedSnapshots): Promise<void> {
  for (const name of failedOf(failed, targetGroup)) {
    if (findSnapshot(from, name) === undefined) await store.removeReplica(targetPlace(job.target), targetGroup, name);
  }
}

async function openOnTarget(session: Session, from: ListedGroup, to: ListedGroup): Promise<void> {
  const { worker, progress } = session;
  progress.doing('group files');
  const { source, target, job } = worker;
  const phase = await worker.layout.openGroup({ listed: from, copy: to, source, target, owner: job.owner });
  await runSessionPhase(session, phase, { ordinal: 0, from: 0, distrust: false, tally: progress.tally });
}

/** The plan's last line: namespaces that hold no group with work. */
async function syncNamespaces(namespaces: readonly string[], worker: Worker): Promise<SyncGroupOutput> {
  const progress = openProgress({ namespace: '', name: NAMESPACES_RECORD }, undefined, worker);
  progress.start(worker.now());
  try {
    await makeNamespaces(namespaces, worker);
  } catch (error) {
    await recordEnd(error, progress, worker);
    throw error;
  }
  return end(progress, 'ok');
}
