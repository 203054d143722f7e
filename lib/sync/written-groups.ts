import type { Group, ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader, ObjectWriter } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { listGroups } from './list-groups.ts';
import type { WrittenKey } from './payloads.ts';
import type { Report } from './report/report.ts';
import { takenKey } from './run-files.ts';
import type { RunRef } from './run-store.ts';
import { isInScope } from './scope.ts';
import type { Worker } from './worker.ts';
import type { WrittenGroup, WrittenRecord } from './written-record.ts';

/** The group whose commit marker an object of the source's bucket is; undefined: it is something else, or none of the job's. */
export function writtenBy({ key, etag }: WrittenKey, job: Job, layout: Layout): WrittenGroup | undefined {
  const prefix = `${job.source.prefix}/`;
  const entry = key.startsWith(prefix) ? layout.parseEntry(key.slice(prefix.length)) : undefined;
  if (entry?.kind !== 'snapshot-file' || !isReached(job, entry.group)) return undefined;
  const alone = { name: entry.snapshot, files: [{ name: entry.name, size: 0, etag }] };
  return layout.commitMarker(alone) === undefined ? undefined : { group: entry.group, marker: markerOf(entry.snapshot, etag) };
}

/** What the job's groups were last written on the source, by a listing of all of its metadata. */
async function* listNewest({
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
 * Takes all that is open for this run. A call that is made again takes the same: what was taken is written down, as it was known,
 * before it is marked.
 */
export async function takeWritten(control: ObjectWriter, worker: Worker): Promise<readonly WrittenGroup[]> {
  const { store, job, run } = worker;
  const before = await loadTaken(control, run);
  const taken = before ?? (await Array.fromAsync(listOpen(worker)));
  if (before === undefined) await control.put(takenKey(run), Buffer.from(JSON.stringify(taken)));
  if (job.dryRun) return taken;
  for (const known of taken) await store.moveWritten(job.id, known, 'taken', run.id);
  return taken;
}

type Looking = Pick<Worker, 'store' | 'job' | 'now' | 'leaseMs'>;

/** What no run has taken up, and what one took up that has ended, or died, without settling it. */
async function* listOpen({ store, job, now, leaseMs }: Looking): AsyncGenerator<WrittenRecord> {
  let living: ReadonlyMap<string, RunRef> | undefined;
  for await (const record of store.listWritten(job.id)) {
    const { group, state, run } = record;
    if (state === 'settled' || !isReached(job, group)) continue;
    if (state === 'taken') living ??= await store.listLiving(job.id, now(), leaseMs);
    if (state === 'pending' || run === undefined || living?.has(run) !== true) yield record;
  }
}

/** When (epoch ms) each group was heard of that waits for a run to take it up, ascending. */
export async function openSince(looking: Looking): Promise<readonly number[]> {
  const open = await Array.fromAsync(listOpen(looking), ({ since }) => since);
  return open.toSorted((a, b) => a - b);
}

async function loadTaken(control: ObjectReader, run: Worker['run']): Promise<readonly WrittenRecord[] | undefined> {
  const stored = await control.get(takenKey(run));
  return stored === undefined ? undefined : (JSON.parse(stored.bytes.toString()) as WrittenRecord[]);
}

/** Settles what a run took and brought over: all of it but the groups that the report does not call well, which are open again. */
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
  for (const known of (await loadTaken(control, run)) ?? []) {
    const name = nameOf(known.group);
    const isWell = isKnown ? well.has(name) : !unwell.has(name);
    if (isWell) await store.moveWritten(job.id, { ...known, state: 'taken', run: run.id }, 'settled', run.id);
  }
}

function nameOf({ namespace, name }: Group): string {
  return `${namespace}:${name}`;
}
