import { verifyState, notes as notesOf, parseManifest } from '../../../lib/layouts/pbs/manifest.ts';
import type { Job } from '../../../lib/sync/job.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';
import type { MemoryCloud } from '../../support/memory-run.ts';
import { fill } from '../../support/sample-store.ts';
import type { ModelGroup, ModelOptions, ModelSnapshot, ModelStore } from './model.ts';
import { days, filters, forget, forgetGroup, groupKey, keyOf, setUnprotected, textOf, verified } from './world.ts';

export const LABELS = ['host/web', 'host/web2', 'a:host/web'] as const;
export const MAX_DAY = 7;

/** What happens between two runs. `text` numbers the words that are written. */
export interface Happening {
  readonly kind: (typeof HAPPENINGS)[number];
  readonly group: number;
  readonly day: number;
  readonly text: number;
}
export const HAPPENINGS = [
  ...(['add', 'add', 'add', 'begin', 'finish', 'forget', 'forget group'] as const),
  ...(['notes', 'verify', 'protect', 'group notes', 'protect copy', 'notes on copy', 'steal copy'] as const),
] as const;

/** Every backup there may ever be, made once. */
export async function makePool(): Promise<MemoryObjectStore> {
  const pool = new MemoryObjectStore({ prefix: 'main' });
  const numbers = Array.from({ length: MAX_DAY }, (_, at) => at + 1);
  await fill(pool, [
    ...days('web', numbers),
    ...days('web2', numbers),
    ...days('web', numbers, { namespace: 'a', verifyState: 'ok' }),
  ]);
  return pool;
}

/** Both sides in the model's words, and what writes the same into the real ones. */
export interface History {
  readonly pool: MemoryObjectStore;
  readonly cloud: MemoryCloud;
  readonly source: ModelStore;
  target: ModelStore;
}

/** Chunks and markers are there from the start. */
export function openSource({ pool, cloud }: Pick<History, 'pool' | 'cloud'>): void {
  for (const [key, object] of pool.objects) {
    if (key.includes('/.chunks/') || key.endsWith('.namespace')) cloud.source.objects.set(key, object);
  }
}

/** What a happening is about: the model's and the real side of it. */
interface Scene {
  readonly history: History;
  readonly label: string;
  readonly day: number;
  readonly text: number;
  readonly words: string;
  readonly original: ModelGroup | undefined;
  readonly copy: ModelGroup | undefined;
}

export async function happen(history: History, { kind, group, day, text }: Happening): Promise<void> {
  const label = LABELS[group % LABELS.length]!;
  const [original, copy] = [history.source.get(label), history.target.get(label)];
  await SCENES[kind]({ history, label, day, text, words: 'x'.repeat(1 + text * 7), original, copy });
}

const SCENES: Record<Happening['kind'], (scene: Scene) => Promise<unknown>> = {
  add: async ({ history, label, day, original }) => original?.snapshots.has(day) !== true && add(history, label, day, true),
  begin: async ({ history, label, day, original }) => original?.snapshots.has(day) !== true && add(history, label, day, false),
  finish: async ({ history, label, day, original }) =>
    original?.snapshots.get(day)?.finished === false && add(history, label, day, true),
  forget: async ({ history, label, day, original }) => {
    original?.snapshots.delete(day);
    await forget(history.cloud.source, label, day);
  },
  'forget group': async ({ history, label }) => {
    history.source.delete(label);
    await forgetGroup(history.cloud.source, label);
  },
  notes: async (scene) => {
    const snapshot = finishedOf(scene);
    if (snapshot === undefined) return;
    snapshot.notes = scene.words;
    await setUnprotected(scene.history.cloud.source, scene.label, scene.day, { notes: scene.words });
  },
  verify: async (scene) => {
    const snapshot = finishedOf(scene);
    if (snapshot === undefined) return;
    snapshot.verified = scene.text % 3 === 0 ? 'failed' : 'ok';
    await setUnprotected(scene.history.cloud.source, scene.label, scene.day, verified(snapshot.verified));
  },
  protect: async (scene) => {
    const snapshot = finishedOf(scene);
    if (snapshot === undefined) return;
    snapshot.protected = true;
    await scene.history.cloud.source.put(keyOf(scene.label, scene.day, '.protected'), Buffer.alloc(0));
  },
  'group notes': async ({ history, label, original, words }) => {
    // Without carry-marks notes go along with snapshots: when exactly is not what this model is about.
    if (original === undefined || !history.cloud.job.carryMarks) return;
    original.notes = words;
    await history.cloud.source.put(groupKey(label, 'notes'), Buffer.from(words));
  },
  'protect copy': async ({ history, label, day, copy }) => {
    const twin = copy?.snapshots.get(day);
    if (twin === undefined) return;
    twin.protected = true;
    await history.cloud.target.put(keyOf(label, day, '.protected'), Buffer.alloc(0));
  },
  'notes on copy': async ({ history, label, day, words, original, copy }) => {
    const twin = copy?.snapshots.get(day);
    if (twin === undefined || original?.snapshots.get(day)?.notes !== undefined) return;
    twin.notes = words;
    await setUnprotected(history.cloud.target, label, day, { notes: words });
  },
  'steal copy': async ({ history, label, text, copy }) => {
    if (copy === undefined || text !== 0) return;
    copy.owner = 'else@pbs';
    await history.cloud.target.put(groupKey(label, 'owner'), Buffer.from('else@pbs\n'));
  },
};

function finishedOf({ original, day }: Scene): ModelSnapshot | undefined {
  const snapshot = original?.snapshots.get(day);
  return snapshot?.finished === true ? snapshot : undefined;
}

/** A backup of the pool, with its manifest or still without. */
async function add({ pool, cloud, source }: History, label: string, day: number, finished: boolean): Promise<void> {
  const group = source.get(label) ?? { owner: 'root@pam', notes: undefined, snapshots: new Map<number, ModelSnapshot>() };
  source.set(label, group);
  await cloud.source.put(groupKey(label, 'owner'), Buffer.from('root@pam\n'));
  const folder = `${pool.prefix}${keyOf(label, day)}`;
  for (const [key, object] of pool.objects) {
    if (key.startsWith(folder) && (finished || !key.endsWith('/index.json.blob'))) cloud.source.objects.set(key, object);
  }
  const verifiedAs = finished && label.startsWith('a:') ? 'ok' : undefined;
  group.snapshots.set(day, { finished, notes: undefined, verified: verifiedAs, protected: false });
}

export function jobOf(options: ModelOptions): Partial<Job> {
  const { excluded, maxDelete, ...same } = options;
  const groupFilter = filters(...excluded.map((name) => `exclude:group:${name}`));
  return { ...same, groupFilter, maxDelete: { kind: 'share', share: maxDelete } };
}

/** What really lies on the target, in the model's words; folders without a manifest are seen by no reader. */
export async function readTarget({ target }: MemoryCloud): Promise<ModelStore> {
  const found: ModelStore = new Map();
  for (const label of LABELS) {
    const owner = await textOf(target, groupKey(label, 'owner'));
    if (owner === undefined) continue;
    const notes = await textOf(target, groupKey(label, 'notes'));
    const group: ModelGroup = { owner: owner.trim(), notes, snapshots: new Map() };
    for (let day = 1; day <= MAX_DAY; day += 1) {
      const blob = await target.get(keyOf(label, day, 'index.json.blob'));
      if (blob === undefined) continue;
      const manifest = parseManifest(blob.bytes, label);
      const isProtected = (await target.head(keyOf(label, day, '.protected'))) !== undefined;
      const state = { finished: true, notes: notesOf(manifest), verified: verifyState(manifest), protected: isProtected };
      group.snapshots.set(day, state);
    }
    found.set(label, group);
  }
  return found;
}

/** The same store as plain text, to compare: its order does not matter. */
export function describe(store: ModelStore): string[] {
  const lines = [...store].flatMap(([label, { owner, notes, snapshots }]) => [
    `${label} of ${owner}${notes === undefined ? '' : ` (${notes})`}`,
    ...[...snapshots].map(([day, { notes: words, verified: state, protected: kept }]) =>
      [label, day, words ?? '-', state ?? '-', kept ? 'protected' : '-'].join(' '),
    ),
  ]);
  return lines.sort();
}
