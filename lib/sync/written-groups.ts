import type { Group, ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader, ObjectWriter } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { listGroups } from './list-groups.ts';
import type { WrittenKey } from './payloads.ts';
import type { Report } from './report/report.ts';
import { takenKey } from './run-files.ts';
import type { WrittenGroup } from './run-store.ts';
import { isInScope } from './scope.ts';
import type { Worker } from './worker.ts';

/** The group whose commit marker an object of the source's bucket is; undefined: it is something else, or none of the job's. */
export function writtenBy({ key, etag }: WrittenKey, job: Job, layout: Layout): WrittenGroup | undefined {
  const prefix = `${job.source.prefix}/`;
  const entry = key.startsWith(prefix) ? layout.parseEntry(key.slice(prefix.length)) : undefined;
  if (entry?.kind !== 'snapshot-file' || !isReached(job, entry.group)) return undefined;
  const alone = { name: entry.snapshot, files: [{ name: entry.name, size: 0, etag }] };
  return layout.commitMarker(alone) === undefined ? undefined : { group: entry.group, marker: markerOf(entry.snapshot, etag) };
}

/** What the job's groups were last written on the source, by a listing of all of its metadata. */
export async function* listNewest({
  source,
  layout,
  job,
}: {
  readonly source: ObjectReader;
  readonly layout: Layout;
  readonly job: Job;
}): AsyncGenerator<WrittenGroup> {
  for await (const entry of listGroups(source, layout, job.namespace)) {
    if (entry.kind !== 'group' || !isInScope(job, entry.listed.group)) continue;
    const marker = newestMarker(entry.listed, layout);
    if (marker !== undefined) yield { group: entry.listed.group, marker };
  }
}

function newestMarker({ snapshots }: ListedGroup, layout: Layout): string | undefined {
  const newest = snapshots.findLast((snapshot) => layout.isFinished(snapshot));
  const file = newest && layout.commitMarker(newest);
  return newest && file && markerOf(newest.name, file.etag);
}

function markerOf(snapshot: string, etag: string): string {
  return `${snapshot} ${etag.replaceAll('"', '')}`;
}

function isReached(job: Job, group: Group): boolean {
  const { namespace: anchor } = job;
  const below = anchor === '' || group.namespace === anchor || group.namespace.startsWith(`${anchor}/`);
  return below && isInScope(job, group);
}

/**
 * Asks the source what was written last, and remembers what is new of it: the poll for sources that send no events. Stops early,
 * with nothing lost, when it is asked to.
 */
export async function pollWritten(worker: Worker): Promise<void> {
  const { store, job, now, stopReason } = worker;
  const known = new Map<string, string>();
  for await (const { group, marker } of store.listWritten(job.id)) known.set(nameOf(group), marker);
  for await (const written of listNewest(worker)) {
    if (stopReason() !== undefined) return;
    if (known.get(nameOf(written.group)) !== written.marker) await store.addWritten(job.id, written, now());
  }
}

/**
 * Takes all that is pending for this run, and what earlier runs took and did not settle. A call that is made again takes the same:
 * what was taken is written down before it is marked.
 */
export async function takeWritten(control: ObjectWriter, { store, job, run }: Worker): Promise<readonly WrittenGroup[]> {
  const before = await loadTaken(control, run);
  const taken = before ?? (await listOpen(store, job));
  if (before === undefined) await control.put(takenKey(run), Buffer.from(JSON.stringify(taken)));
  if (job.dryRun) return taken;
  for (const written of taken) await store.takeWritten(job.id, written);
  return taken;
}

async function listOpen(store: Pick<Worker['store'], 'listWritten'>, job: Job): Promise<WrittenGroup[]> {
  const open: WrittenGroup[] = [];
  for await (const { group, marker, state } of store.listWritten(job.id)) {
    if (state !== 'settled' && isReached(job, group)) open.push({ group, marker });
  }
  return open;
}

/** Since when (epoch ms) something waits that no run has taken up; undefined: nothing does. */
export async function pendingSince({ store, job }: Pick<Worker, 'store' | 'job'>): Promise<number | undefined> {
  let oldest: number | undefined;
  for await (const { group, state, since } of store.listWritten(job.id)) {
    if (state === 'pending' && isReached(job, group)) oldest = Math.min(oldest ?? since, since);
  }
  return oldest;
}

async function loadTaken(control: ObjectReader, run: Worker['run']): Promise<readonly WrittenGroup[] | undefined> {
  const stored = await control.get(takenKey(run));
  return stored === undefined ? undefined : (JSON.parse(stored.bytes.toString()) as WrittenGroup[]);
}

/**
 * Settles what a run took and brought over: all of it but the groups that the report does not call well. A run that failed as a whole
 * gives it back, to be tried again soon; a group that failed is left to the next run.
 */
export async function settleWritten(
  control: ObjectReader,
  { store, job, run }: Pick<Worker, 'store' | 'job' | 'run'>,
  { state, details, groups }: Report,
): Promise<void> {
  if (job.dryRun || state === 'skipped') return;
  const well = new Set(details.filter((detail) => detail.state === 'ok').map(nameOf));
  const unwell = new Set(details.map(nameOf).filter((name) => !well.has(name)));
  // A group that had work and never had a worker is not in the details: then only those that are known to be well count.
  const isKnown = state === 'failed' || groups.unfinished > 0;
  for (const written of (await loadTaken(control, run)) ?? []) {
    const name = nameOf(written.group);
    if (isKnown ? well.has(name) : !unwell.has(name)) await store.settleWritten(job.id, written);
    else if (state === 'failed') await store.returnWritten(job.id, written);
  }
}

function nameOf({ namespace, name }: Group): string {
  return `${namespace}:${name}`;
}
