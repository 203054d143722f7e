import { chainOf, namespaceOf } from '../model-scope.ts';
import { namespaceFolder } from './pool.ts';
import { editManifest, finished, wordsOf, writeOwner, type Act, type Marks, type Scene } from './scene.ts';
import { groupFolder, LOG, MANIFEST, newGroup, snapshotFolder, take, takeFolder, write, type History } from './world.ts';

const OWNERS = ['root@pam', 'else@pbs', 'no valid owner', undefined] as const;
const EMPTY_NAMESPACES = ['c', 'a/c', 'a/b'] as const;

/** Whoever makes backups, and the PBS that has the source. */
export const ON_SOURCE = {
  add: (scene) => {
    if (begin(scene)) finish(scene);
  },
  begin: (scene) => void begin(scene),
  finish,
  log: ({ history: { pool, cloud, ...history }, label, day, original }) => {
    const log = pool.groups.get(label)![day - 1]?.files.get(LOG);
    const snapshot = original?.snapshots.get(day);
    if (snapshot?.state !== 'finished' || log === undefined) return;
    snapshot.log = true;
    write(cloud.source, `${snapshotFolder({ pool, ...history }, label, day)}${LOG}`, log);
  },
  forget: ({ history, label, day, original }) => {
    if (original?.snapshots.delete(day) !== true) return;
    takeFolder(history.cloud.source, snapshotFolder(history, label, day));
    forgetEmpty(history, label);
  },
  'forget group': ({ history, label, text }) => {
    // Losing whole groups at every turn would leave little to look at.
    if (text > 2) return;
    history.source.groups.delete(label);
    takeFolder(history.cloud.source, groupFolder(label));
  },
  notes: (scene) => editOriginal(scene, { notes: wordsOf(scene.text) }),
  verify: (scene) => editOriginal(scene, { verified: scene.text % 3 === 0 ? 'failed' : 'ok' }),
  protect: (scene) => {
    const snapshot = finished(scene.original, scene.day);
    if (snapshot === undefined) return;
    snapshot.protected = scene.text !== 0;
    const key = `${snapshotFolder(scene.history, scene.label, scene.day)}.protected`;
    if (snapshot.protected) write(scene.history.cloud.source, key, '');
    else take(scene.history.cloud.source, key);
  },
  'group notes': ({ history, label, text, original }) => {
    if (original === undefined) return;
    original.notes = wordsOf(text);
    write(history.cloud.source, `${groupFolder(label)}notes`, original.notes);
  },
  owner: ({ history, label, text, original }) => {
    if (original === undefined) return;
    const owner = OWNERS[text % OWNERS.length];
    original.owner = owner;
    writeOwner(history.cloud.source, label, owner);
    forgetEmpty(history, label);
  },
  namespace: ({ history, text }) => makeNamespace(history, EMPTY_NAMESPACES[text % EMPTY_NAMESPACES.length]!),
  'drop namespace': ({ history: { source, cloud }, text }) => {
    const name = EMPTY_NAMESPACES[text % EMPTY_NAMESPACES.length]!;
    if ([...source.groups.keys()].some((label) => namespaceOf(label) === name)) return;
    source.namespaces.delete(name);
    take(cloud.source, `${namespaceFolder(name)}.namespace`);
  },
} satisfies Record<string, Act>;

/** A backup of the pool that PBS has not finished. What failed before and was forgotten does not come back under the same name. */
function begin({ history, label, day, original, to }: Scene): boolean {
  const { pool, cloud, source, target } = history;
  if (original?.snapshots.has(day) === true || target.failed.has(`${to} ${String(day)}`)) return false;
  const group = original ?? newGroup('root@pam');
  if (original === undefined) writeOwner(cloud.source, label, group.owner);
  for (const name of chainOf(namespaceOf(label))) makeNamespace(history, name);
  source.groups.set(label, group);
  const { files, state } = pool.groups.get(label)![day - 1]!;
  for (const [name, bytes] of files) {
    if (name !== MANIFEST && name !== LOG) write(cloud.source, `${snapshotFolder(history, label, day)}${name}`, bytes);
  }
  group.snapshots.set(day, { ...state, state: 'begun', notes: undefined, verified: undefined });
  return true;
}

function finish({ history, label, day }: Scene): void {
  const snapshot = history.source.groups.get(label)?.snapshots.get(day);
  if (snapshot === undefined || snapshot.state === 'finished') return;
  const { files, state } = history.pool.groups.get(label)![day - 1]!;
  Object.assign(snapshot, { state: 'finished', notes: state.notes, verified: state.verified });
  const folder = snapshotFolder(history, label, day);
  write(history.cloud.source, `${folder}${MANIFEST}`, files.get(MANIFEST)!);
  // One way to say it, so that what is said again is the same.
  if (state.verified !== undefined) editManifest(history.cloud.source, folder, { verified: state.verified });
}

function makeNamespace({ source, cloud }: History, namespace: string): void {
  for (const name of chainOf(namespace)) {
    source.namespaces.add(name);
    write(cloud.source, `${namespaceFolder(name)}.namespace`, '');
  }
}

/** What has no object is not there. */
function forgetEmpty({ source }: History, label: string): void {
  const group = source.groups.get(label);
  if (group?.owner === undefined && group?.notes === undefined && group?.snapshots.size === 0) source.groups.delete(label);
}

function editOriginal({ history, label, day, original }: Scene, marks: Marks): void {
  const snapshot = finished(original, day);
  if (snapshot === undefined) return;
  Object.assign(snapshot, marks);
  editManifest(history.cloud.source, snapshotFolder(history, label, day), marks);
}
