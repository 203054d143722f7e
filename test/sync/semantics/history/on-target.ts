import { chainOf, copyLabel, isBelowAnchor, namespaceOf } from '../model-scope.ts';
import type { ModelSnapshot } from '../model.ts';
import { editManifest, finished, flipped, wordsOf, writeOwner, type Act, type Marks, type Scene } from './scene.ts';
import { chunkKey, MANIFEST, newGroup, read, snapshotFolder, scopeOf, take, write } from './world.ts';

/** The PBS at the target, another tool, and what breaks there. */
export const ON_TARGET = {
  'protect copy': ({ history, label, to, day, copy }) => {
    const twin = copy?.snapshots.get(day);
    if (twin === undefined) return;
    twin.protected = true;
    write(history.cloud.target, `${snapshotFolder(history, label, day, to)}.protected`, '');
  },
  'notes on copy': (scene) => {
    if (scene.original?.snapshots.get(scene.day)?.notes === undefined) editCopy(scene, scene.day, { notes: wordsOf(scene.text) });
  },
  'verify copy': (scene) => {
    const twin = finished(scene.copy, scene.day);
    if (twin?.chunks.every((digest) => scene.history.target.chunks.has(digest)) === true)
      editCopy(scene, scene.day, { verified: 'found ok' });
  },
  'damage copy': (scene) => damageCopy(scene),
  'tear copy': ({ history, label, to, day, copy }) => {
    const twin = finished(copy, day);
    if (twin === undefined) return;
    Object.assign(twin, { state: 'torn', notes: undefined, verified: undefined });
    write(history.cloud.target, `${snapshotFolder(history, label, day, to)}${MANIFEST}`, 'torn');
  },
  'owner of copy': ({ history, to, text, copy }) => {
    if (copy === undefined || text % 2 === 1) return;
    const owner = text === 0 ? 'else@pbs' : text === 2 ? 'nobody valid' : undefined;
    // A group of which there is nothing but its owner would be gone without it.
    if (owner === undefined && copy.snapshots.size === 0) return;
    copy.owner = owner;
    writeOwner(history.cloud.target, to, copy.owner);
  },
  'copy by hand': (scene) => copyByHand(scene),
  attach: ({ history: { target, cloud }, text }) => {
    target.inUse = text === 0;
    if (target.inUse) write(cloud.target, '.in-use', '{}');
    else take(cloud.target, '.in-use');
  },
} satisfies Record<string, Act>;

function editCopy({ history, label, to, copy }: Scene, day: number, marks: Marks): void {
  const twin = finished(copy, day);
  if (twin === undefined) return;
  Object.assign(twin, marks, { given: false });
  editManifest(history.cloud.target, snapshotFolder(history, label, day, to), marks);
}

/** A verification at the target renames a chunk, and marks every copy that needs it. */
function damageCopy(scene: Scene): void {
  const { history, day, text, copy } = scene;
  const { cloud, target } = history;
  const chunks = copy?.snapshots.get(day)?.chunks ?? [];
  const digest = chunks[text % chunks.length];
  if (digest === undefined || !target.chunks.delete(digest)) return;
  write(cloud.target, `${chunkKey(digest)}.0.bad`, flipped(read(cloud.target, chunkKey(digest))!));
  take(cloud.target, chunkKey(digest));
  const reached = [...history.pool.groups.keys()].filter((label) => isBelowAnchor(namespaceOf(label), scopeOf(history)));
  for (const label of reached) markDamaged({ ...scene, label }, digest);
}

function markDamaged(scene: Scene, digest: string): void {
  const { history, label } = scene;
  const to = copyLabel(label, scopeOf(history));
  const copy = history.target.groups.get(to);
  const needing = [...(copy?.snapshots ?? [])].filter(([, { chunks }]) => chunks.includes(digest));
  for (const [day] of needing) editCopy({ ...scene, to, copy }, day, { verified: 'found failed' });
}

/** Another tool copies a whole snapshot, of which the table knows nothing. */
function copyByHand(scene: Scene): void {
  const { history, label, to, day, original } = scene;
  const snapshot = finished(original, day);
  if (snapshot === undefined || !canBeCopied(snapshot, scene)) return;
  const { cloud, target } = history;
  const group = target.groups.get(to) ?? newGroup('root@pam');
  if (!target.groups.has(to)) writeOwner(cloud.target, to, group.owner);
  target.groups.set(to, group);
  for (const digest of snapshot.chunks) {
    target.chunks.add(digest);
    write(cloud.target, chunkKey(digest), read(cloud.source, chunkKey(digest))!);
  }
  const [from, into] = [snapshotFolder(history, label, day), snapshotFolder(history, label, day, to)];
  for (const [key, { bytes }] of [...cloud.source.objects]) {
    const path = key.slice(cloud.source.prefix.length);
    if (path.startsWith(from)) write(cloud.target, `${into}${path.slice(from.length)}`, bytes);
  }
  group.snapshots.set(day, { ...snapshot });
}

/** Whole, with a place to go to, and not there yet. */
function canBeCopied({ chunks }: ModelSnapshot, { history, label, to, day, copy }: Scene): boolean {
  const { source, target } = history;
  const hasPlace = chainOf(namespaceOf(to)).every((name) => target.namespaces.has(name));
  const isWhole = chunks.every((digest) => source.chunks.has(digest));
  return hasPlace && isWhole && isBelowAnchor(namespaceOf(label), scopeOf(history)) && copy?.snapshots.has(day) !== true;
}
