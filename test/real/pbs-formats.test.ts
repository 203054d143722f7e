import { hash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArchiveIndex } from '../../lib/layouts/pbs/archive-index.ts';
import { MAX_CHUNK_BYTES, verifyChunk } from '../../lib/layouts/pbs/chunk.ts';
import { keyedDigest, parseKeyFile } from '../../lib/layouts/pbs/crypt-key.ts';
import { decodeBlob, decryptBlob, parseBlob, verifyBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { chunkKey, parseBadChunkKey, parseChunkKey, parseEntry, snapshotPrefix } from '../../lib/layouts/pbs/keys.ts';
import { encodeManifest, isSignedBy, keyFingerprint, notes, parseManifest, verifyState } from '../../lib/layouts/pbs/manifest.ts';
import { formatSnapshotTime } from '../../lib/layouts/pbs/names.ts';
import { parseOwner } from '../../lib/layouts/pbs/owner.ts';
import type { ChunkRef } from '../../lib/layouts/pbs/archive-index.ts';
import type { CryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import type { Manifest, ManifestFile } from '../../lib/layouts/pbs/manifest.ts';

/** What the client of PBS lists of one snapshot. */
interface ListedByPbs {
  readonly 'backup-type': string;
  readonly 'backup-id': string;
  readonly 'backup-time': number;
  readonly size: number;
  readonly owner: string;
  readonly protected: boolean;
  readonly comment?: string;
  readonly fingerprint?: string;
  readonly verification?: { readonly state: string };
  readonly files: readonly { readonly filename: string; readonly 'crypt-mode'?: string; readonly size?: number }[];
}

const samples = process.env['FLOTILLA_SAMPLES'] ?? '../shared/samples';

/** Chunks that are not there or were found damaged by PBS, by sample. */
const LOST_CHUNKS: Readonly<Record<string, number>> = { 'pbs-alpha': 0, 'pbs-gamma': 3 };

describe.each(['pbs-alpha', 'pbs-gamma'])('%s, written by PBS', (sample) => {
  const folder = join(samples, sample);
  const store = sample.slice('pbs-'.length);
  const keys = readFileSync(join(folder, 'objects.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { key: string }).key.slice(store.length + 1));
  const cryptKey = readCryptKey(folder);
  const snapshots = readSnapshots(folder);
  const read = (key: string): Buffer => readFileSync(join(folder, 'objects', store, key));

  it('has no key but those that PBS writes', () => {
    const odd = keys.filter(
      (key) => (parseChunkKey(key) ?? parseBadChunkKey(key)) === undefined && parseEntry(key).kind === 'foreign',
    );
    expect(odd).toEqual(['.in-use']);
  });

  it('has chunks that verify, all but those that PBS marked bad', () => {
    const verdicts = keys.flatMap((key) => {
      const good = parseChunkKey(key);
      const bad = parseBadChunkKey(key)?.digest;
      if (good !== undefined) return [[key, true, verifies(read(key), good, cryptKey)]];
      return bad === undefined ? [] : [[key, false, verifies(read(key), bad, cryptKey)]];
    });
    expect(verdicts.length).toBeGreaterThan(10);
    expect(verdicts.filter(([, expected, actual]) => expected !== actual)).toEqual([]);
  });

  it('has owners, and blobs that are whole', () => {
    for (const key of keys) {
      const entry = parseEntry(key);
      if (entry.kind === 'group-file' && entry.name === 'owner') expect(parseOwner(read(key))).toMatch(/^[a-z]+@pbs(!ci)?$/);
      if (entry.kind === 'snapshot-file' && entry.name.endsWith('.blob')) readBlob(read(key), cryptKey, key);
    }
  });

  it.each(snapshots)('has snapshot $namespace $type/$id of $time as PBS lists it', ({ namespace, listed }) => {
    const group = { namespace, name: `${listed['backup-type']}/${listed['backup-id']}` };
    const prefix = snapshotPrefix(group, formatSnapshotTime(listed['backup-time']));
    const blob = read(`${prefix}index.json.blob`);
    const manifest = parseManifest(blob, prefix);
    expectListed(manifest, listed, blob.length);
    expect(existsSync(join(folder, 'objects', store, `${prefix}.protected`))).toBe(listed.protected);
    expectRewritable(manifest, blob);
    expect(isSignedBy(manifest, cryptKey)).toBe(listed.fingerprint !== undefined);
    for (const file of manifest.files) expectFile(file, read(prefix + file.name));
  });

  it('refers to chunks that are there, all but those that PBS found damaged', () => {
    const refs = new Map<string, ChunkRef & { encrypted: boolean }>();
    for (const key of keys.filter((name) => name.endsWith('/index.json.blob'))) {
      for (const file of parseManifest(read(key), key).files.filter(({ kind }) => kind !== 'blob')) {
        const index = read(key.replace('index.json.blob', file.name));
        for (const ref of readIndex(file, index))
          refs.set(chunkKey(ref.digest), { ...ref, encrypted: file.cryptMode === 'encrypt' });
      }
    }
    const there = [...refs].filter(([key]) => keys.includes(key));
    for (const [key, ref] of there) verifyChunk(read(key), ref, key);
    expect(refs.size - there.length).toBe(LOST_CHUNKS[sample]);
  });
});

function readCryptKey(folder: string): CryptKey {
  const name = readdirSync(join(folder, 'keys')).find((file) => file.endsWith('.json')) ?? 'missing';
  return parseKeyFile(readFileSync(join(folder, 'keys', name), 'utf8'), name);
}

function readSnapshots(folder: string) {
  const lists = JSON.parse(readFileSync(join(folder, 'snapshots.json'), 'utf8')) as Record<string, { snapshots: ListedByPbs[] }>;
  return Object.entries(lists).flatMap(([namespace, { snapshots }]) =>
    snapshots.map((listed) => {
      const { 'backup-type': type, 'backup-id': id, 'backup-time': time } = listed;
      return { namespace, type, id, time: formatSnapshotTime(time), listed };
    }),
  );
}

/** With the key, an encrypted chunk proves its name too. */
function verifies(bytes: Buffer, digest: Buffer, key: CryptKey): boolean {
  try {
    const { encrypted } = verifyBlob(bytes, 'chunk');
    const content = readBlob(bytes, key, 'chunk');
    verifyChunk(bytes, { digest, size: content.length, encrypted }, 'chunk');
    return !encrypted || keyedDigest(content, key).equals(digest);
  } catch {
    return false;
  }
}

function readBlob(bytes: Buffer, key: CryptKey, title: string): Buffer {
  const { encrypted } = parseBlob(bytes, title);
  return encrypted ? decryptBlob(bytes, key, title, MAX_CHUNK_BYTES) : decodeBlob(bytes, title, MAX_CHUNK_BYTES);
}

function expectListed(manifest: Manifest, listed: ListedByPbs, manifestBytes: number): void {
  const files = manifest.files.map(({ name, cryptMode, size }) => ({ filename: name, 'crypt-mode': cryptMode, size }));
  const others = ['index.json.blob', 'client.log.blob'];
  expect(files).toEqual(listed.files.filter((file) => !others.includes(file.filename)));
  expect(files.reduce((sum, file) => sum + file.size, manifestBytes)).toBe(listed.size);
  expect(`${manifest.type}/${manifest.id}`).toBe(`${listed['backup-type']}/${listed['backup-id']}`);
  expect(manifest.time).toBe(listed['backup-time']);
  expect(verifyState(manifest)).toBe(listed.verification?.state);
  expect(keyFingerprint(manifest)).toBe(listed.fingerprint);
  expect(notes(manifest)?.split('\n')[0]).toBe(listed.comment?.split('\n')[0]);
}

/** Our encoder writes the very JSON that PBS wrote. */
function expectRewritable(manifest: Manifest, blob: Buffer): void {
  const [ours, theirs] = [encodeManifest(manifest), blob].map((bytes) => decodeBlob(bytes, 'manifest', 1e6).toString());
  expect(ours).toBe(theirs);
}

function expectFile(file: ManifestFile, bytes: Buffer): void {
  if (file.kind !== 'blob') return void readIndex(file, bytes);
  expect({ checksum: hash('sha256', bytes), size: bytes.length }).toEqual({ checksum: file.checksum, size: file.size });
}

function readIndex(file: ManifestFile, bytes: Buffer): ChunkRef[] {
  const reader = openArchiveIndex(file.kind === 'fixed' ? 'fixed' : 'dynamic', file.name, bytes.length);
  const refs = [reader.push(bytes.subarray(0, 5000)), reader.push(bytes.subarray(5000))].flat();
  expect(reader.end()).toEqual({ checksum: file.checksum, size: file.size, chunks: refs.length });
  return refs;
}
