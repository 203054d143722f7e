import { formatGroup, type Group } from '../datastore/group.ts';
import type { ObjectRemover, ObjectWriter } from '../datastore/object-store.ts';
import { holdLease, type Lease } from './lease.ts';
import { findSnapshot, listGroup } from './list-groups.ts';
import { placeOf } from './log-lines.ts';
import type { RemoveVanishedOutput } from './payloads.ts';
import { planRemoval, type Removal, type RemovalPlan, type RemovalSides } from './plan-removal.ts';
import type { Removed } from './report/report.ts';
import { loadPlan, planKey, removalKey, removedKey } from './run-files.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';
import { claimKeeper } from './write-plan.ts';
import { sourceNamespace } from './namespaces.ts';

/** How far the list was carried out: a call that ends early is gone on with. */
interface RemovalProgress {
  readonly next: number;
  readonly removed: Removed;
}

export interface RemovalWorker extends Worker {
  readonly remover: ObjectRemover;
  readonly control: ObjectWriter;
}

/** Carries out the list that `planRemoval` made, in its order; the list is written before the first delete. */
export async function removeVanished(worker: RemovalWorker): Promise<RemoveVanishedOutput> {
  const { control, run } = worker;
  const { removals, kept } = (await loadJson<RemovalPlan>(removalKey(run), worker)) ?? (await storePlan(worker));
  const before = await loadJson<RemovalProgress>(removedKey(run), worker);
  let { next, removed } = before ?? { next: 0, removed: { snapshots: 0, groups: 0, namespaces: 0, kept } };
  // What stays is told also when nothing goes.
  if (before === undefined && kept.length > 0) await control.put(removedKey(run), Buffer.from(JSON.stringify({ next, removed })));
  while (next < removals.length && worker.stopReason() === undefined) {
    const until = endOfGroup(removals, next);
    removed = await removeTogether(removals.slice(next, until), removed, worker);
    next = until;
    await control.put(removedKey(run), Buffer.from(JSON.stringify({ next, removed })));
  }
  return { done: next >= removals.length || worker.stopReason() === 'asked' };
}

/** Reads back what this run wrote itself. */
async function loadJson<T>(key: string, { control }: RemovalWorker): Promise<T | undefined> {
  const stored = await control.get(key);
  return stored === undefined ? undefined : (JSON.parse(stored.bytes.toString()) as T);
}

async function storePlan(worker: RemovalWorker): Promise<RemovalPlan> {
  const plan = (await wasRefused(worker)) ? NOTHING_REMOVED : await planRemoval(await removalSides(worker));
  await worker.control.put(removalKey(worker.run), Buffer.from(JSON.stringify(plan)));
  return plan;
}

const NOTHING_REMOVED: RemovalPlan = {
  removals: [],
  kept: ['all that vanished (this run was refused something that has to be changed first)'],
};

/** What was planned in this run and has no good result is in trouble, whatever became of its worker. */
async function removalSides(worker: RemovalWorker): Promise<RemovalSides> {
  const { store, run, control } = worker;
  const troubled = new Set(
    (await loadPlan(control, planKey(run))).map((item) => (item.kind === 'group' ? formatGroup(item) : '')),
  );
  for await (const record of store.listGroups(run)) if (record.state === 'ok') troubled.delete(formatGroup(record));
  return { ...worker, isTroubled: (group) => troubled.has(formatGroup(group)), beat: claimKeeper(worker) };
}

/** Whether a worker failed for what an operator has to change: nothing is removed by what is not set up right. */
async function wasRefused({ store, run }: RemovalWorker): Promise<boolean> {
  for await (const { failures } of store.listGroups(run)) {
    if (failures.some(({ kind }) => kind === 'ConfigError')) return true;
  }
  return false;
}

/** Removals of one group follow each other, and go under one lock. */
function endOfGroup(removals: readonly Removal[], from: number): number {
  const name = nameOf(removals[from]);
  let until = from + 1;
  while (until < removals.length && nameOf(removals[until]) === name) until += 1;
  return until;
}

function nameOf(removal: Removal | undefined): string {
  return removal === undefined ? '' : formatGroup(removal.group);
}

async function removeTogether(removals: readonly Removal[], removed: Removed, worker: RemovalWorker): Promise<Removed> {
  const first = removals[0];
  if (first === undefined || first.kind === 'namespace') return removeAll(removals, removed, worker);
  const lease = await lockGroup(first.group, worker);
  if (lease === undefined)
    return { ...removed, kept: [...removed.kept, `${formatGroup(first.group)} (another run is at work on it)`] };
  try {
    return await removeAll(await stillVanished(removals, first.group, worker), removed, worker, lease);
  } finally {
    await lease.release();
  }
}

/** The list was made without the lock: whatever the source has of the group by now stays. */
async function stillVanished(removals: readonly Removal[], group: Group, worker: RemovalWorker): Promise<readonly Removal[]> {
  const { source, layout, job } = worker;
  const original = await listGroup(source, layout, { namespace: sourceNamespace(job, group.namespace), name: group.name });
  if (job.vanishedByFilter || original.snapshots.length === 0) return removals;
  return removals.filter(({ kind, snapshot }) => kind !== 'group' && findSnapshot(original, snapshot ?? '') === undefined);
}

async function lockGroup(group: Group, worker: RemovalWorker): Promise<Lease | undefined> {
  const { store, run, job, now, leaseMs } = worker;
  const answer = await store.acquireLock({ target: targetPlace(job.target), group }, `${run.job}/${run.id}`, now(), leaseMs);
  return 'lock' in answer ? holdLease(answer.lock, worker) : undefined;
}

async function removeAll(removals: readonly Removal[], before: Removed, worker: RemovalWorker, lease?: Lease): Promise<Removed> {
  let removed = before;
  for (const removal of removals) {
    await lease?.prove();
    await removeOne(removal, worker);
    removed = { ...removed, ...counted(removal, removed) };
  }
  return removed;
}

/** What makes the thing visible goes in a request of its own, before the rest. */
async function removeOne({ kind, keys, group, snapshot }: Removal, { remover, store, job, log }: RemovalWorker): Promise<void> {
  await remover.delete(keys.slice(0, 1));
  if (keys.length > 1) await remover.delete(keys.slice(1));
  if (snapshot !== undefined) await store.removeReplica(targetPlace(job.target), group, snapshot);
  log.info(`removed vanished ${kind}${snapshot === undefined ? '' : ` ${snapshot}`}`, placeOf(group, snapshot));
}

function counted({ kind }: Removal, { snapshots, groups, namespaces }: Removed): Partial<Removed> {
  if (kind === 'snapshot') return { snapshots: snapshots + 1 };
  return kind === 'group' ? { groups: groups + 1 } : { namespaces: namespaces + 1 };
}
