import { createHash } from 'node:crypto';
import { crc32, zstdDecompressSync } from 'node:zlib';
import type { StoredObject } from '../../lib/datastore/object-store.ts';

// What a reader of a PBS datastore needs, written from facts/pbs.md 1.2 to 1.6 alone: it shares no line with the code under test.

type Objects = ReadonlyMap<string, StoredObject>;

interface ManifestDocument {
  readonly unprotected?: {
    readonly notes?: string;
    readonly verify_state?: { readonly state: 'ok' | 'failed'; readonly upid: string };
  };
  readonly files: readonly {
    readonly filename: string;
    readonly csum: string;
    readonly size: number;
    readonly 'crypt-mode'?: string;
  }[];
}

const MANIFEST = '/index.json.blob';
const ZSTD = '31b958426fb6a37f';
const PLAIN = '42ab3807be8370a1';

/** Everything that keeps a visible snapshot from being restored, one line each; none: all of them can be. */
export function findTorn(objects: Objects, prefix: string): string[] {
  const manifests = [...objects.keys()].filter((key) => key.startsWith(`${prefix}/.cnt/`) && key.endsWith(MANIFEST));
  return manifests.flatMap((key) => faultsOf(objects, prefix, key.slice(0, -MANIFEST.length)));
}

/** What is wrong with the snapshot in this folder, if its manifest makes it visible. */
function faultsOf(objects: Objects, prefix: string, folder: string): string[] {
  const manifest = objects.get(`${folder}${MANIFEST}`);
  if (manifest === undefined) return [];
  const files = documentOf(manifest.bytes)?.files;
  if (files === undefined) return [`${folder} has a manifest that does not read`];
  return files.flatMap(({ filename, csum, size, 'crypt-mode': mode }) => {
    const file = objects.get(`${folder}/${filename}`);
    if (file === undefined) return [`${folder} is visible without ${filename}`];
    const found = filename.endsWith('.blob') ? { sum: sha256(file.bytes), size: file.size } : summary(file.bytes, filename);
    if (found.sum !== csum || found.size !== size) return [`${folder}/${filename} is not what its manifest says`];
    const chunks = filename.endsWith('.blob') ? [] : references(file.bytes, filename);
    return chunks.flatMap((digest) => {
      const chunk = objects.get(`${prefix}/.chunks/${digest.slice(0, 4)}/${digest}`);
      if (chunk === undefined) return [`${folder} is visible without chunk ${digest}`];
      return isWhole(chunk.bytes, digest, mode === 'encrypt') ? [] : [`${folder} is visible with the damaged chunk ${digest}`];
    });
  });
}

/** Chunks that were proven already: the same bytes stand in many snapshots, and in every copy of a bucket. */
const proven = new WeakMap<Buffer, boolean>();

/** Whether a chunk is what its name says; of an encrypted one without its key only that nothing of it changed. */
export function isWhole(chunk: Buffer, digest: string, encrypted: boolean): boolean {
  const known = proven.get(chunk);
  if (known !== undefined) return known;
  const whole = encrypted ? crc32(chunk.subarray(44)) === chunk.readUInt32LE(8) : isContent(chunk, digest);
  proven.set(chunk, whole);
  return whole;
}

function isContent(chunk: Buffer, digest: string): boolean {
  try {
    return sha256(content(chunk)) === digest;
  } catch {
    return false;
  }
}

/** What a manifest says; undefined: it does not read. */
export function documentOf(manifest: Buffer): ManifestDocument | undefined {
  try {
    return JSON.parse(content(manifest).toString()) as ManifestDocument;
  } catch {
    return undefined;
  }
}

function content(blob: Buffer): Buffer {
  const magic = blob.subarray(0, 8).toString('hex');
  if (magic === ZSTD) return zstdDecompressSync(blob.subarray(12));
  if (magic === PLAIN) return blob.subarray(12);
  throw new Error(`no plain blob: ${magic}`);
}

function summary(index: Buffer, name: string): { sum: string; size: number } {
  const body = index.subarray(4096);
  const size = name.endsWith('.fidx')
    ? index.readBigUInt64LE(64)
    : body.length === 0
      ? 0n
      : body.readBigUInt64LE(body.length - 40);
  return { sum: sha256(body), size: Number(size) };
}

export function references(index: Buffer, name: string): string[] {
  const [entry, at] = name.endsWith('.fidx') ? [32, 0] : [40, 8];
  const found = new Set<string>();
  for (let offset = 4096; offset < index.length; offset += entry) found.add(index.toString('hex', offset + at, offset + at + 32));
  return [...found];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A bucket that looks, at every write and every delete in it, whether a visible snapshot is torn at that moment. */
export class WatchedBucket extends Map<string, StoredObject> {
  readonly torn: string[] = [];
  readonly #prefix: string;
  #known = new Set<string>();

  constructor(prefix: string) {
    super();
    this.#prefix = prefix;
  }

  override set(key: string, object: StoredObject): this {
    super.set(key, object);
    this.#look(key);
    return this;
  }

  override delete(key: string): boolean {
    const was = super.delete(key);
    if (key.includes('/.chunks/')) this.torn.push(...this.findTorn());
    else this.#look(key);
    return was;
  }

  /** Takes over what another bucket holds. */
  fillFrom(other: Objects): void {
    for (const [key, object] of other) super.set(key, object);
  }

  /** Does to the bucket what somebody else does: what is torn by that is known, and nobody's fault. */
  damage(work: () => void): void {
    const before = [...this.torn];
    work();
    this.torn.splice(0, this.torn.length, ...before);
    this.forgetMended();
  }

  /** From here on what is torn now is known, and what is whole is not expected to tear again. */
  forgetMended(): void {
    this.#known = new Set(findTorn(this, this.#prefix));
  }

  /** What is torn, but for what was known to be. */
  findTorn(): string[] {
    return findTorn(this, this.#prefix).filter((line) => !this.#known.has(line));
  }

  /** What was written matters to the snapshot in whose folder it is; a chunk more tears nothing. */
  #look(key: string): void {
    if (key.startsWith(`${this.#prefix}/.cnt/`)) {
      const faults = faultsOf(this, this.#prefix, key.slice(0, key.lastIndexOf('/')));
      this.torn.push(...faults.filter((line) => !this.#known.has(line)));
    }
  }
}
