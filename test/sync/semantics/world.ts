import { encodeManifest, parseManifest, type Manifest, type ManifestContent } from '../../../lib/layouts/pbs/manifest.ts';
import { groupPrefix, snapshotPrefix } from '../../../lib/layouts/pbs/keys.ts';
import type { GroupFilter } from '../../../lib/sync/group-filter.ts';
import { parseGroupFilter } from '../../../lib/sync/group-filter.ts';
import type { Job } from '../../../lib/sync/job.ts';
import type { GroupRecord } from '../../../lib/sync/report/group-record.ts';
import type { DatastoreBuilder, SnapshotSpec } from '../../support/datastore-builder.ts';
import { groupOf } from '../../support/listed-store.ts';
import type { MemoryObjectStore } from '../../support/memory-object-store.ts';
import { memoryCloud, runJob, type CallOptions, type MemoryCloud, type RunResult } from '../../support/memory-run.ts';
import { builderOf, fill, hostOn, nameOf } from '../../support/sample-store.ts';

/** Both sides of a job, and who writes backups into its source. */
export interface World extends MemoryCloud {
  readonly builder: DatastoreBuilder;
}

/** The job as a configuration that says nothing else gives it: marks are carried. */
export async function worldOf(specs: readonly SnapshotSpec[], job: Partial<Job> = {}): Promise<World> {
  const cloud = memoryCloud({ carryMarks: true, workerThreads: 2, transfersInFlight: 2, ...job });
  const builder = builderOf(cloud.source);
  await fill(cloud.source, specs, builder);
  return { ...cloud, builder };
}

/** Days of a group, as hosts of so few bytes that a test has many of them. */
export function days(id: string, numbers: readonly number[], members: Partial<SnapshotSpec> = {}): SnapshotSpec[] {
  return numbers.map((number) => hostOn(number, { id, ...members }));
}

/** One run with these options for it alone. */
export function run(world: MemoryCloud, job: Partial<Job> = {}, options: CallOptions = {}): Promise<RunResult> {
  return runJob(world, { ...options, job: { ...world.job, ...job } });
}

/** Days that are visible in a group, `a/b:host/web` or `host/web`. */
export function daysOf(store: MemoryObjectStore, label: string): number[] {
  const prefix = `${store.prefix}${groupPrefix(groupOf(label))}`;
  const names = [...store.objects.keys()].filter((key) => key.startsWith(prefix) && key.endsWith('/index.json.blob'));
  return names.map((key) => Number(key.slice(prefix.length).slice(8, 10))).sort((a, b) => a - b);
}

/** Key of a file of a snapshot, or of the snapshot's folder. */
export function keyOf(label: string, day: number, file = ''): string {
  return `${snapshotPrefix(groupOf(label), nameOf(day))}${file}`;
}

export const groupKey = (label: string, file: string): string => `${groupPrefix(groupOf(label))}${file}`;

export async function textOf(store: MemoryObjectStore, key: string): Promise<string | undefined> {
  return (await store.get(key))?.bytes.toString();
}

export async function manifestOf(store: MemoryObjectStore, label: string, day: number): Promise<Manifest> {
  const key = keyOf(label, day, 'index.json.blob');
  return parseManifest((await store.get(key))!.bytes, key);
}

/** Writes a manifest anew. */
export async function editManifest(
  store: MemoryObjectStore,
  label: string,
  day: number,
  edit: (manifest: Manifest) => ManifestContent,
): Promise<void> {
  await store.put(keyOf(label, day, 'index.json.blob'), encodeManifest(edit(await manifestOf(store, label, day))));
}

/** Sets or takes members of the part that PBS edits after the backup. */
export function setUnprotected(
  store: MemoryObjectStore,
  label: string,
  day: number,
  members: Record<string, unknown>,
): Promise<void> {
  return editManifest(store, label, day, (manifest) => ({
    ...manifest,
    unprotected: Object.fromEntries(
      Object.entries({ ...manifest.unprotected, ...members }).filter(([, value]) => value !== undefined),
    ),
  }));
}

/** What PBS writes when it has verified a snapshot. */
export const verified = (state: 'ok' | 'failed'): Record<string, unknown> => ({
  verify_state: { state, upid: 'UPID:pbs:00000001:00000001:00000001:65432100:verificationjob:store:root@pam:' },
});

/** Takes a snapshot out of a datastore, as PBS forgets one. */
export async function forget(store: MemoryObjectStore, label: string, day: number): Promise<void> {
  const folder = `${store.prefix}${keyOf(label, day)}`;
  const keys = [...store.objects.keys()].filter((key) => key.startsWith(folder));
  await store.delete(keys.map((key) => key.slice(store.prefix.length)));
}

export async function forgetGroup(store: MemoryObjectStore, label: string): Promise<void> {
  const prefix = `${store.prefix}${groupPrefix(groupOf(label))}`;
  const keys = [...store.objects.keys()].filter((key) => key.startsWith(prefix));
  await store.delete(keys.map((key) => key.slice(store.prefix.length)));
}

/** The record of one group in a run. */
export function recordOf({ records }: RunResult, label: string): GroupRecord | undefined {
  const { namespace, name } = groupOf(label);
  return records.find((record) => record.namespace === namespace && record.name === name);
}

/** What was left out of a group: reasons with how many. */
export function skippedOf(result: RunResult, label: string): Record<string, number> {
  return Object.fromEntries((recordOf(result, label)?.skipped ?? []).map(({ reason, count }) => [reason, count]));
}

export function filters(...texts: string[]): GroupFilter[] {
  return texts.map((text) => {
    const filter = parseGroupFilter(text);
    if ('problem' in filter) throw new Error(`${text} ${filter.problem}`);
    return filter;
  });
}

/** Requests that changed the target in this run. */
export function writesOf(world: MemoryCloud): number {
  const { put, copy, delete: deleted } = world.target.counts;
  return put + copy + deleted;
}
