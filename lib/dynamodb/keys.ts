import type { Group } from '../datastore/group.ts';
import type { LockKey } from '../sync/overlap/lock-store.ts';
import type { RunRef } from '../sync/run-store.ts';

/** The table's key: both are strings, `pk` up to 2048 and `sk` up to 1024 bytes. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export function lockItem(key: LockKey): ItemKey {
  return { pk: join('LOCK', key.target, key.group.namespace, key.group.name), sk: 'LOCK' };
}

export function startGateItem(target: string): ItemKey {
  return { pk: join('START', target), sk: 'START' };
}

export function causeItem(job: string, cause: string): ItemKey {
  return { pk: join('CAUSE', job, cause), sk: 'CAUSE' };
}

/** The runs of a job that wait or are at work. */
export function turnsItem(job: string): ItemKey {
  return { pk: join('TURNS', job), sk: 'TURNS' };
}

export function scheduleItem(job: string, schedule: string): ItemKey {
  return { pk: join('SCHEDULE', job), sk: schedule };
}

/** A job's id has no `*`. */
export function suspensionItem(job: string | undefined): ItemKey {
  return { pk: join('SUSPENDED', job ?? '*'), sk: 'SUSPENDED' };
}

export const TURN_LEASE_PREFIX = 'LEASE#';

export function turnLeaseItem({ job, startedAt, id }: RunRef): ItemKey {
  return { pk: join('TURNS', job), sk: `${TURN_LEASE_PREFIX}${join(startedAt, id)}` };
}

/** When the run started whose lease has this `sk`. */
export function startOfLease(sk: string): string {
  return sk.slice(TURN_LEASE_PREFIX.length).split('#')[0] ?? '';
}

/** Sorts by start, then by id. */
export function runItem(run: RunRef): ItemKey {
  return { pk: runsOf(run.job), sk: join(run.startedAt, run.id) };
}

export function runsOf(job: string): string {
  return join('RUNS', job);
}

export function refusalItem({ job, startedAt, id }: RunRef): ItemKey {
  return { pk: join('REFUSAL', job, startedAt, id), sk: 'REFUSAL' };
}

export function stopItem({ job, startedAt, id }: RunRef): ItemKey {
  return { pk: join('STOP', job, startedAt, id), sk: 'STOP' };
}

export function groupItem(run: RunRef, group: Group): ItemKey {
  return { pk: groupsOf(run), sk: join(group.namespace, group.name) };
}

export function groupsOf(run: RunRef): string {
  return join('RUN', run.job, run.startedAt, run.id);
}

export function deferredItem(run: RunRef, group: Group): ItemKey {
  return { pk: deferredOf(run), sk: join(group.namespace, group.name) };
}

export function deferredOf(run: RunRef): string {
  return join('DEFERRED', run.job, run.startedAt, run.id);
}

/** Apart from the groups: whoever looks at a run's progress reads no outcomes. */
export function outcomeItem(run: RunRef, group: Group, snapshot: string): ItemKey {
  return { pk: outcomesOf(run), sk: join(group.namespace, group.name, snapshot) };
}

export function outcomesOf(run: RunRef): string {
  return join('OUTCOMES', run.job, run.startedAt, run.id);
}

/** The snapshot's name stands alone in `sk`, so that replicas sort as snapshots do. */
export function replicaItem(target: string, group: Group, snapshot: string): ItemKey {
  return { pk: replicasOf(target, group), sk: snapshot };
}

export function replicasOf(target: string, group: Group): string {
  return join('REPLICA', target, group.namespace, group.name);
}

export function failedItem(target: string, group: Group, snapshot: string): ItemKey {
  return { pk: failedOf(target), sk: join(group.namespace, group.name, snapshot) };
}

export function failedOf(target: string): string {
  return join('FAILED', target);
}

/** Sorts by group. */
export function writtenItem(job: string, group: Group): ItemKey {
  return { pk: writtenOf(job), sk: join(group.namespace, group.name) };
}

export function writtenOf(job: string): string {
  return join('WRITTEN', job);
}

/** Sorts by group. */
export function behindItem(job: string, group: Group): ItemKey {
  return { pk: behindOf(job), sk: join(group.namespace, group.name) };
}

export function behindOf(job: string): string {
  return join('BEHIND', job);
}

export function standingItem(job: string): ItemKey {
  return { pk: join('STANDING', job), sk: 'STANDING' };
}

export function limitItem(limit: string): ItemKey {
  return { pk: join('LIMIT', limit), sk: 'LIMIT' };
}

/** All messages on their way are one partition: they are few, and looked for together. */
export function noticeItem(id: string): ItemKey {
  return { pk: noticesOf(), sk: join(id) };
}

export function noticesOf(): string {
  return 'NOTICES';
}

/** That all there was to tell of an event was told. */
export function finishedItem(id: string): ItemKey {
  return { pk: join('EVENT', id), sk: 'EVENT' };
}

export function toldItem(job: string): ItemKey {
  return { pk: join('TOLD', job), sk: 'TOLD' };
}

/** Parts with `#` between them. Safe ids contain no `#`; in any other name it is escaped, so that no two lists of parts meet. */
function join(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[%#]/g, encodeURIComponent)).join('#');
}
