import { encodeManifest, parseManifest } from '../../../../lib/layouts/pbs/manifest.ts';
import type { MemoryObjectStore } from '../../../support/memory-object-store.ts';
import type { ModelGroup, ModelSnapshot } from '../model.ts';
import { groupFolder, MANIFEST, read, take, write, type History } from './world.ts';

/** What a happening is about: the model's and the real side of it. `copy` is undefined where the job does not reach the group, too. */
export interface Scene {
  readonly history: History;
  readonly label: string;
  readonly day: number;
  /** Numbers the words, owners or chunks that it is about. */
  readonly text: number;
  readonly original: ModelGroup | undefined;
  readonly to: string;
  readonly copy: ModelGroup | undefined;
}

export type Act = (scene: Scene) => void;

/** Words of another length each: an ETag is no part of a listing everywhere, a size is. */
export function wordsOf(text: number): string {
  return 'the quick brown fox jumps over a lazy dog and runs far'.slice(0, 3 + text * 9);
}

export function finished(group: ModelGroup | undefined, day: number): ModelSnapshot | undefined {
  const snapshot = group?.snapshots.get(day);
  return snapshot?.state === 'finished' ? snapshot : undefined;
}

export function writeOwner(store: MemoryObjectStore, label: string, owner: string | undefined): void {
  const key = `${groupFolder(label)}owner`;
  if (owner === undefined) take(store, key);
  else write(store, key, `${owner}\n`);
}

export type Marks = Partial<Pick<ModelSnapshot, 'notes' | 'verified'>>;

/** As PBS does it; a PBS at the target leaves another id of its task. */
export function editManifest(store: MemoryObjectStore, folder: string, { notes, verified }: Marks): void {
  const key = `${folder}${MANIFEST}`;
  const manifest = parseManifest(read(store, key)!, key);
  const [state, place] = [verified?.replace('found ', ''), verified?.startsWith('found') === true ? 'offsite' : 'main'];
  const upid = `UPID:${place}:00000001:00000001:00000001:65432100:verificationjob:store:root@pam:`;
  const edited = { ...(notes !== undefined && { notes }), ...(state !== undefined && { verify_state: { state, upid } }) };
  write(store, key, encodeManifest({ ...manifest, unprotected: { ...manifest.unprotected, ...edited } }));
}

export function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}
