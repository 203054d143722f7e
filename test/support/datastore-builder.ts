import { hash } from 'node:crypto';
import { encodeBlob, encryptBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { chunkKey, groupPrefix, namespaceMarker, snapshotPrefix } from '../../lib/layouts/pbs/keys.ts';
import { encodeManifest } from '../../lib/layouts/pbs/manifest.ts';
import { readChecksum } from '../../lib/layouts/pbs/index-format.ts';
import * as names from '../../lib/layouts/pbs/names.ts';
import { formatOwner } from '../../lib/layouts/pbs/owner.ts';
import { buildChunks, buildIndex } from './datastore-builder-archive.ts';
import { contentMaker } from './datastore-builder-content.ts';
import { manifestVersions } from './datastore-builder-manifest.ts';
import { putQueue } from './datastore-builder-put-queue.ts';
import { seededRandom } from './random.ts';
import type { ChunkRef } from '../../lib/layouts/pbs/archive-index.ts';
import type { CryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import type { ManifestContent } from '../../lib/layouts/pbs/manifest.ts';
import type { Group } from '../../lib/datastore/group.ts';
import type { UploadStats } from './datastore-builder-manifest.ts';
import type { ArchiveSpec, BuiltArchive, BuiltSnapshot, SnapshotSpec } from './datastore-builder-spec.ts';
import type { Random } from './random.ts';

export type * from './datastore-builder-spec.ts';
export { ctSnapshot, hostSnapshot, vmSnapshot } from './datastore-builder-presets.ts';

/** Where a datastore is written. Keys are relative to its prefix. */
export interface ObjectSink {
  put(key: string, bytes: Buffer): Promise<unknown>;
}

export interface BuilderOptions {
  /** The same seed and the same calls give the same bytes, whichever order the groups come in. */
  readonly seed: number | string;
  /** Chunks put at once. Default 16. */
  readonly putsInFlight?: number;
}

/** One snapshot on its way into the datastore. */
interface Work {
  readonly spec: SnapshotSpec;
  readonly group: Group;
  readonly snapshot: string;
  /** Encrypts, when the snapshot is encrypted. */
  readonly key: CryptKey | undefined;
  readonly random: Random;
  readonly files: ManifestContent['files'][number][];
  readonly archives: BuiltArchive[];
  readonly stats: { -readonly [Key in keyof UploadStats]: number };
}

/**
 * Writes a datastore of any size as PBS writes one, in its order: marker and owner, an archive's chunks before its index, the
 * manifest as the client uploads it and again as the server finishes it, then the log. One call at a time.
 */
export class DatastoreBuilder {
  readonly #sink: ObjectSink;
  readonly #options: BuilderOptions;
  readonly #content = contentMaker();
  readonly #stored = new Set<string>();
  readonly #places = new Set<string>();
  readonly #chunks = new Map<string, readonly ChunkRef[]>();

  constructor(sink: ObjectSink, options: BuilderOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** The objects beside the backups: the mark of the PBS that has the datastore, and the chunk of zeros it tests with. */
  async addStoreFiles(hostname: string): Promise<void> {
    await this.#sink.put('.in-use', Buffer.from(JSON.stringify({ hostname })));
    const zeros = Buffer.alloc(4 * 1024 * 1024);
    await this.#putChunk(hash('sha256', zeros, 'buffer'), encodeBlob(zeros));
  }

  /** Makes a namespace and those above it. */
  async addNamespace(namespace: string): Promise<void> {
    const components = names.namespaceComponents(namespace);
    for (const depth of components.keys()) {
      const key = namespaceMarker(components.slice(0, depth + 1).join('/'));
      if (this.#isNewPlace(key)) await this.#sink.put(key, Buffer.alloc(0));
    }
  }

  async addSnapshot(spec: SnapshotSpec): Promise<BuiltSnapshot> {
    const work = this.#open(spec);
    await this.addNamespace(work.group.namespace);
    await this.#addGroup(work);
    for (const archive of spec.archives) await this.#addArchive(archive, work);
    for (const blob of spec.blobs ?? []) await this.#addBlob(blob.name, blob.data, work);
    await this.#addManifest(work);
    if (spec.log !== undefined) await this.#putFile(names.CLIENT_LOG_NAME, encode(Buffer.from(spec.log), work.key), work);
    if (spec.protected === true) await this.#putFile(names.PROTECTED_NAME, Buffer.alloc(0), work);
    const { group, snapshot, archives, stats } = work;
    const written = { newChunks: stats.count - stats.duplicates, newBytes: stats.compressed_size };
    return { namespace: group.namespace, group: group.name, snapshot, archives, ...written };
  }

  #open(spec: SnapshotSpec): Work {
    const group = { namespace: spec.namespace ?? '', name: `${spec.type}/${spec.id}` };
    const snapshot = names.formatSnapshotTime(spec.time);
    const { cryptMode = 'none' } = spec;
    if (cryptMode !== 'none' && spec.key === undefined) throw new Error(`${group.name}: ${cryptMode} needs a key`);
    const random = seededRandom(this.#options.seed, group.namespace, group.name, snapshot);
    const stats = { count: 0, size: 0, compressed_size: 0, duplicates: 0 };
    return { spec, group, snapshot, key: cryptMode === 'encrypt' ? spec.key : undefined, random, files: [], archives: [], stats };
  }

  async #addGroup({ spec, group }: Work): Promise<void> {
    const prefix = groupPrefix(group);
    if (this.#isNewPlace(prefix)) await this.#sink.put(prefix + names.OWNER_NAME, formatOwner(spec.owner ?? 'root@pam'));
    if (spec.groupNotes !== undefined) await this.#sink.put(prefix + names.NOTES_NAME, Buffer.from(spec.groupNotes));
  }

  async #addArchive(archive: ArchiveSpec, work: Work): Promise<void> {
    const storedBefore = this.#stored.size;
    const chunks = await this.#addChunks(archive, work);
    const index = buildIndex(archive, chunks, work.random, work.spec.time);
    await this.#putFile(archive.name, index, work);
    const entry = { name: archive.name, checksum: readChecksum(index), size: archive.bytes };
    work.archives.push({ ...entry, chunks });
    work.files.push({ ...entry, cryptMode: work.spec.cryptMode ?? 'none' });
    work.stats.count += chunks.length;
    work.stats.size += archive.bytes;
    work.stats.duplicates += chunks.length - (this.#stored.size - storedBefore);
  }

  async #addChunks(archive: ArchiveSpec, work: Work): Promise<ChunkRef[]> {
    const { spec, group, key, random, stats } = work;
    const label = [this.#options.seed, group.namespace, group.name, archive.name].join(' ');
    // Chunks of another key, or of none, have other names.
    const memory = `${label} ${key?.fingerprint ?? 'plain'}`;
    const queue = putQueue(this.#options.putsInFlight ?? 16);
    const { changed = 0.1, compressible = 0.6 } = spec;
    const chunks = await buildChunks(archive, {
      ...{ content: this.#content, random, label, changed, compressible, key },
      previous: this.#chunks.get(memory) ?? [],
      isStored: (digest) => this.#stored.has(digest.toString('latin1')),
      store: (digest, bytes) => {
        stats.compressed_size += bytes.length;
        return queue.add(() => this.#putChunk(digest, bytes));
      },
    });
    await queue.drain();
    this.#chunks.set(memory, chunks);
    return chunks;
  }

  async #putChunk(digest: Buffer, bytes: Buffer): Promise<void> {
    this.#stored.add(digest.toString('latin1'));
    await this.#sink.put(chunkKey(digest), bytes);
  }

  async #addBlob(name: string, data: Buffer, work: Work): Promise<void> {
    const blob = encode(data, work.key);
    await this.#putFile(name, blob, work);
    const { cryptMode = 'none' } = work.spec;
    work.files.push({ name, checksum: hash('sha256', blob), size: blob.length, cryptMode });
  }

  async #addManifest(work: Work): Promise<void> {
    for (const manifest of manifestVersions(work.spec, work.files, work.stats))
      await this.#putFile(names.MANIFEST_NAME, encodeManifest(manifest), work);
  }

  async #putFile(name: string, bytes: Buffer, { group, snapshot }: Work): Promise<void> {
    await this.#sink.put(snapshotPrefix(group, snapshot) + name, bytes);
  }

  #isNewPlace(key: string): boolean {
    const isNew = !this.#places.has(key);
    this.#places.add(key);
    return isNew;
  }
}

/** A seeded IV would need state; one that follows from the content is as good for a test and always the same. */
function encode(data: Buffer, key: CryptKey | undefined): Buffer {
  return key === undefined ? encodeBlob(data) : encryptBlob(data, key, { iv: hash('sha256', data, 'buffer').subarray(0, 16) });
}
