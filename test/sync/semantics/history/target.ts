import { createHash } from 'node:crypto';
import { documentOf } from '../../../support/restorable.ts';
import { targetPlace } from '../../../../lib/sync/target-place.ts';
import { copyLabel, nameOf, namespaceOf } from '../model-scope.ts';
import { markerOf } from '../model-copies.ts';
import type { ModelGroup, ModelSnapshot, ModelStore, ModelVerified } from '../model.ts';
import { goodChunk, labelAt } from './pool.ts';
import { emptyStore, LOG, MANIFEST, newGroup, read, scopeOf, snapshotFolder, type History } from './world.ts';

const MARKER_KEY = /^\.cnt\/((?:ns\/[^/]+\/)+)\.namespace$/;
const GROUP_KEY = /^\.cnt\/((?:ns\/[^/]+\/)*)([a-z]+\/[^/]+)\/(owner|notes)$/;
const SNAPSHOT_KEY = /^\.cnt\/((?:ns\/[^/]+\/)*)([a-z]+\/[^/]+)\/(\d{4}-[^/]+)\/([^/]+)$/;

/** What really lies on the target, in the model's words. */
export function readTarget(history: History): ModelStore {
  const { target } = history.cloud;
  const found = emptyStore();
  const labels = sourceLabels(history);
  for (const [full, { bytes }] of target.objects) {
    if (!full.startsWith(target.prefix)) continue;
    const key = full.slice(target.prefix.length);
    const chunk = goodChunk(key, bytes);
    if (chunk !== undefined) found.chunks.add(chunk);
    if (key === '.in-use') found.inUse = true;
    const marker = MARKER_KEY.exec(key)?.[1];
    if (marker !== undefined) found.namespaces.add(namespaceOf(labelAt(marker, 'x/x')));
    readGroupFile(key, bytes, found);
    readSnapshotFile({ key, bytes, found, history, labels });
  }
  return found;
}

function readGroupFile(key: string, bytes: Buffer, found: ModelStore): void {
  const [, path, group, file] = GROUP_KEY.exec(key) ?? [];
  if (path === undefined || group === undefined) return;
  const entry = groupIn(found, labelAt(path, group));
  if (file === 'owner') entry.owner = bytes.toString().trim();
  else entry.notes = bytes.toString();
}

interface FoundFile {
  readonly key: string;
  readonly bytes: Buffer;
  readonly found: ModelStore;
  readonly history: History;
  readonly labels: ReadonlyMap<string, string>;
}

function readSnapshotFile({ key, bytes, found, history, labels }: FoundFile): void {
  const [, path, group, name, file] = SNAPSHOT_KEY.exec(key) ?? [];
  if (path === undefined || group === undefined) return;
  const label = labelAt(path, group);
  const backups = history.pool.groups.get(labels.get(label)!)!;
  const day = 1 + backups.findIndex((backup) => backup.name === name);
  const { snapshots } = groupIn(found, label);
  const snapshot = snapshots.get(day) ?? { ...backups[day - 1]!.state, ...NOTHING_YET };
  snapshots.set(day, snapshot);
  if (file === '.protected') snapshot.protected = true;
  if (file === LOG) snapshot.log = true;
  if (file === MANIFEST) Object.assign(snapshot, readManifest(bytes));
}

const NOTHING_YET = { state: 'begun', notes: undefined, verified: undefined, protected: false, log: false } as const;

function readManifest(bytes: Buffer): Pick<ModelSnapshot, 'state' | 'notes' | 'verified'> {
  const document = documentOf(bytes);
  if (document === undefined) return { state: 'torn', notes: undefined, verified: undefined };
  const found = document.unprotected?.verify_state;
  const verified = found?.upid.includes(':offsite:') === true ? `found ${found.state}` : found?.state;
  return { state: 'finished', notes: document.unprotected?.notes, verified: verified as ModelVerified };
}

function groupIn({ groups }: ModelStore, label: string): ModelGroup {
  const group = groups.get(label) ?? newGroup(undefined);
  groups.set(label, group);
  return group;
}

/** The source's label of each that the job makes on the target. */
function sourceLabels(history: History): Map<string, string> {
  return new Map([...history.pool.groups.keys()].map((label) => [copyLabel(label, scopeOf(history)), label]));
}

/** Adds what the table remembers: a run that died may have noted what it did, or not. */
export async function readCatalogue(history: History, found: ModelStore): Promise<void> {
  const { cloud } = history;
  for (const [to, label] of sourceLabels(history)) {
    const group = { namespace: namespaceOf(to), name: nameOf(to) };
    for await (const replica of cloud.store.listReplicas(targetPlace(cloud.job.target), group)) {
      const day = 1 + history.pool.groups.get(label)!.findIndex(({ name }) => name === replica.snapshot);
      if (replica.state === 'failed') found.failed.add(`${to} ${String(day)}`);
      const twin = found.groups.get(to)?.snapshots.get(day);
      if (twin === undefined) continue;
      const manifest = read(cloud.target, `${snapshotFolder(history, label, day, to)}${MANIFEST}`);
      twin.of = replica.state === 'failed' ? undefined : history.markers.get(replica.sourceEtag ?? '');
      twin.given = manifest !== undefined && createHash('sha256').update(manifest).digest('hex') === replica.markerDigest;
    }
  }
}

/** Notes what the manifests of the source say now, by their ETags: the catalogue knows them by these alone. */
export function noteMarkers(history: History): void {
  const { source, cloud, markers } = history;
  for (const [label, { snapshots }] of source.groups) {
    for (const [day, snapshot] of snapshots) {
      const etag = cloud.source.objects.get(`${cloud.source.prefix}${snapshotFolder(history, label, day)}${MANIFEST}`)?.etag;
      if (etag !== undefined) markers.set(etag, markerOf(snapshot));
    }
  }
}

/** A store as plain text, to compare and to read: its order does not matter. */
export function linesOf({ groups, namespaces, chunks, inUse }: ModelStore): string[] {
  const ofGroups = [...groups].flatMap(([label, group]) => [
    `${label} of ${group.owner ?? 'nobody'}${group.notes === undefined ? '' : ` (${group.notes})`}`,
    ...[...group.snapshots].map(([day, snapshot]) => `${label} ${String(day)} ${snapshotText(snapshot)}`),
  ]);
  const others = [
    ...[...namespaces].map((name) => `namespace ${name}`),
    ...[...chunks].map((digest) => `chunk ${digest.slice(0, 12)}`),
  ];
  return [...ofGroups, ...others, ...(inUse ? ['in use'] : [])].sort();
}

function snapshotText({ state, notes, verified, log, ...snapshot }: ModelSnapshot): string {
  const marks = [...(snapshot.protected ? ['protected'] : []), ...(log ? ['log'] : [])];
  const words = [...(notes === undefined ? [] : [`(${notes})`]), ...(verified === undefined ? [] : [`verify ${verified}`])];
  return [
    state,
    ...(state === 'begun' ? [] : words),
    ...(state === 'begun' ? marks.filter((mark) => mark !== 'log') : marks),
  ].join(', ');
}
