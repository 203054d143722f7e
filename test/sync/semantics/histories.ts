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

export async function happen(history: History, { kind, group, day, text }: Happening): Promise<void> {
  const label = LABELS[group % LABELS.length]!;
  const original = history.source.get(label);
  const snapshot = original?.snapshots.get(day);
  const copy = history.target.get(label);
  const twin = copy?.snapshots.get(day);
  const words = 'x'.repeat(1 + text * 7);
  const { source, target } = history.cloud;
  switch (kind) {
    case 'add':
      return snapshot === undefined ? add(history, label, day, true) : undefined;
    case 'begin':
      return snapshot === undefined ? add(history, label, day, false) : undefined;
    case 'finish':
      return snapshot?.finished === false ? add(history, label, day, true) : undefined;
    case 'forget':
      original?.snapshots.delete(day);
      return forget(source, label, day);
    case 'forget group':
      history.source.delete(label);
      return forgetGroup(source, label);
    case 'notes':
      if (snapshot?.finished !== true) return;
      snapshot.notes = words;
      return setUnprotected(source, label, day, { notes: words });
    case 'verify':
      if (snapshot?.finished !== true) return;
      snapshot.verified = text % 3 === 0 ? 'failed' : 'ok';
      return setUnprotected(source, label, day, verified(snapshot.verified));
    case 'protect':
      if (snapshot?.finished !== true) return;
      snapshot.protected = true;
      return void (await source.put(keyOf(label, day, '.protected'), Buffer.alloc(0)));
    case 'group notes':
      // Without carry-marks notes go along with snapshots: when exactly is not what this model is about.
      if (original === undefined || !history.cloud.job.carryMarks) return;
      original.notes = words;
      return void (await source.put(groupKey(label, 'notes'), Buffer.from(words)));
    case 'protect copy':
      if (twin === undefined) return;
      twin.protected = true;
      return void (await target.put(keyOf(label, day, '.protected'), Buffer.alloc(0)));
    case 'notes on copy':
      if (twin === undefined || snapshot?.notes !== undefined) return;
      twin.notes = words;
      return setUnprotected(target, label, day, { notes: words });
    case 'steal copy':
      if (copy === undefined || text !== 0) return;
      copy.owner = 'else@pbs';
      return void (await target.put(groupKey(label, 'owner'), Buffer.from('else@pbs\n')));
  }
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
