import { formatGroup, type Group } from '../datastore/group.ts';
import type { ObjectRemover } from '../datastore/object-store.ts';
import { inFlight } from '../transfer/in-flight.ts';
import { lockOwner } from './group-lock.ts';
import { holdLease, type Lease } from './lease.ts';
import { findSnapshot, listGroup } from './list-groups.ts';
import { placeOf } from './log-lines.ts';
import { READS_AT_ONCE } from './map-ahead.ts';
import { sourceNamespace } from './namespaces.ts';
import { removalKeys, type Removal } from './plan-removal.ts';
import type { Removed } from './report/report.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';

/** One request deletes at most 1,000 keys (S3 API reference), and a snapshot has some five. */
const SNAPSHOTS_AT_ONCE = 200;

export interface RemovingWorker extends Worker {
  readonly remover: ObjectRemover;
}

/** How far a list of removals was carried out. */
export interface RemovalProgress {
  /** The first removal that is not behind us. */
  readonly next: number;
  readonly removed: Removed;
}

/** Removes what the list has next: all of one group under its lock, or one namespace; or as much of it as there is time for. */
export async function removeTogether(
  removals: readonly Removal[],
  before: RemovalProgress,
  worker: RemovingWorker,
): Promise<RemovalProgress> {
  const ours = removals.slice(before.next, endOfGroup(removals, before.next));
  const [first] = ours;
  if (first === undefined || first.kind === 'namespace') return removeAll({ ours, vanished: ours, before }, worker);
  const lease = await lockGroup(first.group, worker);
  if (lease === undefined) {
    const kept = [...before.removed.kept, `${formatGroup(first.group)} (another run is at work on it)`];
    return { next: before.next + ours.length, removed: { ...before.removed, kept } };
  }
  try {
    const vanished = await stillVanished(ours, first.group, worker);
    return await removeAll({ ours, vanished, before }, worker, lease);
  } finally {
    await lease.release();
  }
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

/** The list was made without the lock: whatever the source has of the group by now stays. */
async function stillVanished(removals: readonly Removal[], group: Group, worker: RemovingWorker): Promise<readonly Removal[]> {
  const { source, layout, job } = worker;
  const original = await listGroup(source, layout, { namespace: sourceNamespace(job, group.namespace), name: group.name });
  if (job.vanishedByFilter || original.snapshots.length === 0) return removals;
  return removals.filter(({ kind, snapshot }) => kind !== 'group' && findSnapshot(original, snapshot ?? '') === undefined);
}

async function lockGroup(group: Group, worker: RemovingWorker): Promise<Lease | undefined> {
  const { store, job, now, leaseMs } = worker;
  const answer = await store.acquireLock({ target: targetPlace(job.target), group }, lockOwner(worker), now(), leaseMs);
  return 'lock' in answer ? holdLease(answer.lock, worker) : undefined;
}

/** Whether this call may begin to remove more. */
export async function mayGoOn({ heedStop, stopReason }: Pick<Worker, 'heedStop' | 'stopReason'>): Promise<boolean> {
  await heedStop();
  return stopReason() === undefined;
}

interface GroupRemovals {
  readonly ours: readonly Removal[];
  /** Those of `ours` that the source still lacks. */
  readonly vanished: readonly Removal[];
  readonly before: RemovalProgress;
}

async function removeAll(
  { ours, vanished, before }: GroupRemovals,
  worker: RemovingWorker,
  lease?: Lease,
): Promise<RemovalProgress> {
  const going = new Set(vanished);
  let progress = before;
  for (const batch of batches(ours)) {
    if (!(await mayGoOn(worker))) break;
    const gone = batch.filter((removal) => going.has(removal));
    await lease?.prove();
    await removeBatch(gone, worker);
    progress = { next: progress.next + batch.length, removed: gone.reduce(counted, progress.removed) };
  }
  return progress;
}

/** Snapshots, which come first, go many at once; a group, which must be empty by then, and a namespace go alone. */
function batches(removals: readonly Removal[]): Removal[][] {
  const snapshots = removals.filter(({ kind }) => kind === 'snapshot');
  const others = removals.filter(({ kind }) => kind !== 'snapshot').map((removal) => [removal]);
  const starts = Array.from({ length: Math.ceil(snapshots.length / SNAPSHOTS_AT_ONCE) }, (_, at) => at * SNAPSHOTS_AT_ONCE);
  return [...starts.map((start) => snapshots.slice(start, start + SNAPSHOTS_AT_ONCE)), ...others];
}

/** What makes the things visible goes in a request of its own, before the rest. */
async function removeBatch(batch: readonly Removal[], { remover, store, job, log }: RemovingWorker): Promise<void> {
  const keys = batch.map(removalKeys);
  const [markers, rest] = [keys.flatMap((each) => each.slice(0, 1)), keys.flatMap((each) => each.slice(1))];
  if (markers.length > 0) await remover.delete(markers);
  if (rest.length > 0) await remover.delete(rest);
  await inFlight(batch, { limit: READS_AT_ONCE }, async ({ group, snapshot }) => {
    if (snapshot !== undefined) await store.removeReplica(targetPlace(job.target), group, snapshot);
  });
  for (const { kind, group, snapshot } of batch) {
    log.info(`removed vanished ${kind}${snapshot === undefined ? '' : ` ${snapshot}`}`, placeOf(group, snapshot));
  }
}

function counted(removed: Removed, { kind }: Removal): Removed {
  const { snapshots, groups, namespaces } = removed;
  if (kind === 'snapshot') return { ...removed, snapshots: snapshots + 1 };
  return kind === 'group' ? { ...removed, groups: groups + 1 } : { ...removed, namespaces: namespaces + 1 };
}
