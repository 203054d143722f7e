import type { PlanItem, SyncCursor, SyncGroupOutput } from '../../lib/sync/payloads.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { targetPlace } from '../../lib/sync/target-place.ts';
import { recorder, type Call } from './faulty.ts';
import { callWorker, memoryCloud, newRun, type CallOptions, type MemoryCloud } from './memory-run.ts';
import { fill, vmOn } from './sample-store.ts';

/** A group of two days, copied by nobody yet. */
export async function vmCloud(): Promise<MemoryCloud> {
  const cloud = memoryCloud({ transfersInFlight: 2 });
  await fill(cloud.source, [vmOn(1), vmOn(2)]);
  return cloud;
}

export function isManifest(key: unknown): boolean {
  return String(key).endsWith('index.json.blob');
}

/** Keys of the manifests on the target, which make their snapshots visible. */
export function manifestsOn({ bucket }: MemoryCloud): string[] {
  return [...bucket.keys()].filter(isManifest);
}

export type GroupItem = Extract<PlanItem, { kind: 'group' }>;

/** The line of the plan for one group. */
export function groupItem(name = 'vm/100', namespace = '', missingNamespaces: readonly string[] = []): GroupItem {
  return { kind: 'group', namespace, name, missingNamespaces };
}

export interface GroupSync {
  readonly run: RunRef;
  readonly output: SyncGroupOutput;
  readonly record: GroupRecord;
  /** What passed between the worker and the datastores, the control bucket and the table, when no other faults were asked for. */
  readonly calls: readonly Call[];
}

export interface GroupSyncOptions extends CallOptions {
  readonly run?: RunRef;
  readonly item?: GroupItem;
  readonly cursor?: SyncCursor;
}

/** One call of sync-group. */
export async function syncOnce(cloud: MemoryCloud, options: GroupSyncOptions = {}): Promise<GroupSync> {
  const { run = newRun(cloud), item = groupItem(), cursor = null } = options;
  const passed = recorder();
  const output = await syncGroup(item, cursor, callWorker(cloud, run, { faults: passed, ...options }));
  const record = await cloud.store.loadGroup(run, item);
  return { run, output, record: record!, calls: passed.calls };
}

/** Who holds the lock of the group on the target now; asked for as somebody else would. */
export async function lockHolder(cloud: MemoryCloud, { namespace, name } = groupItem()): Promise<string | undefined> {
  const key = { target: targetPlace(cloud.job.target), group: { namespace, name } };
  const answer = await cloud.store.acquireLock(key, 'a stranger', cloud.clock.now(), 1);
  if (!('lock' in answer)) return answer.heldBy;
  await cloud.store.releaseLock(answer.lock);
  return undefined;
}

/** Another run takes the lock, whose lease has run out. */
export async function stealLock(cloud: MemoryCloud, item = groupItem()): Promise<void> {
  cloud.clock.advance(10 * 60_000);
  const key = { target: targetPlace(cloud.job.target), group: { namespace: item.namespace, name: item.name } };
  const answer = await cloud.store.acquireLock(key, 'another run', cloud.clock.now(), 60_000);
  if (!('lock' in answer)) throw new Error(`the lock is held by ${answer.heldBy}`);
}
