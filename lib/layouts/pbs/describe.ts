import { hash } from 'node:crypto';
import { findFile, formatGroup, type Group, type ListedGroup, type ListedSnapshot } from '../../datastore/group.ts';
import type { GroupDescription, SnapshotDescription } from '../../datastore/layout.ts';
import type { ObjectReader } from '../../datastore/object-store.ts';
import { DataError } from '../../errors.ts';
import { groupPrefix, snapshotPrefix } from './keys.ts';
import { notes, parseManifest, verifyState, type Manifest } from './manifest.ts';
import { MANIFEST_NAME, OWNER_NAME } from './names.ts';
import { parseOwner } from './owner.ts';

const IN_PROGRESS: SnapshotDescription = {
  size: undefined,
  state: 'in progress',
  verified: undefined,
  encrypted: undefined,
  notes: undefined,
  markerDigest: undefined,
};

export async function describeGroup(reader: ObjectReader, { group, files }: ListedGroup): Promise<GroupDescription> {
  if (findFile(files, OWNER_NAME) === undefined) return { owner: undefined };
  const owner = await reader.get(`${groupPrefix(group)}${OWNER_NAME}`);
  return { owner: owner && parseOwner(owner.bytes) };
}

export async function describeSnapshot(
  reader: ObjectReader,
  group: Group,
  snapshot: ListedSnapshot,
): Promise<SnapshotDescription> {
  if (findFile(snapshot.files, MANIFEST_NAME) === undefined) return IN_PROGRESS;
  const blob = await reader.get(`${snapshotPrefix(group, snapshot.name)}${MANIFEST_NAME}`);
  if (blob === undefined) return IN_PROGRESS;
  const manifest = readable(blob.bytes, `${formatGroup(group)}/${snapshot.name}/${MANIFEST_NAME}`);
  if (manifest === undefined) return { ...IN_PROGRESS, state: 'unreadable' };
  const modes = new Set(manifest.files.map(({ cryptMode }) => cryptMode));
  const [mode = 'none'] = modes;
  return {
    // As PBS counts it: the archives' content and the stored manifest (facts/pbs.md 1.6).
    size: manifest.files.reduce((sum, { size }) => sum + size, blob.size),
    state: 'finished',
    verified: verifyState(manifest),
    encrypted: modes.size > 1 ? 'mixed' : mode,
    notes: notes(manifest),
    markerDigest: hash('sha256', blob.bytes),
  };
}

function readable(bytes: Buffer, title: string): Manifest | undefined {
  try {
    return parseManifest(bytes, title);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
