import { hash } from 'node:crypto';
import { encodeDynamicIndex, encodeFixedIndex } from '../../lib/layouts/pbs/archive-index.ts';
import { MAX_CHUNK_BYTES } from '../../lib/layouts/pbs/chunk.ts';
import { keyedDigest } from '../../lib/layouts/pbs/crypt-key.ts';
import { encodeBlob, encryptBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { archiveKind } from '../../lib/layouts/pbs/names.ts';
import { seededRandom } from './random.ts';
import type { ChunkRef } from '../../lib/layouts/pbs/archive-index.ts';
import type { CryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import type { ContentMaker } from './datastore-builder-content.ts';
import type { ArchiveSpec } from './datastore-builder-spec.ts';
import type { Random } from './random.ts';

const DEFAULT_CHUNK_BYTES = 4 * 1024 * 1024;
/** Compressing less than this costs more time than the bytes are worth here; PBS may store any chunk uncompressed. */
const MIN_COMPRESSED_BYTES = 4096;

/** What the chunks of one archive of one snapshot are made from. */
export interface ArchiveContext {
  readonly content: ContentMaker;
  readonly random: Random;
  /** Names the archive in its datastore: its chunks are cut at the same places each time. */
  readonly label: string;
  readonly changed: number;
  readonly compressible: number;
  /** Encrypts the chunks. */
  readonly key: CryptKey | undefined;
  /** The archive's chunks in the snapshot before. */
  readonly previous: readonly ChunkRef[];
  isStored(digest: Buffer): boolean;
  store(digest: Buffer, bytes: Buffer): Promise<void>;
}

/** Stores the chunks of an archive that are new, and says which it is made of. */
export async function buildChunks(spec: ArchiveSpec, context: ArchiveContext): Promise<ChunkRef[]> {
  const sizes = cutSizes(spec, seededRandom(context.label));
  const isChanged = pickChanged(Math.min(sizes.length, distinctChunks(spec)), context);
  const refs: ChunkRef[] = [];
  for (const [index, size] of sizes.entries()) {
    const known = index < distinctChunks(spec) ? context.previous[index] : refs[index % distinctChunks(spec)];
    const isKept = known?.size === size && !isChanged(index);
    refs.push(isKept ? known : await buildChunk(size, spec.zeros ?? 0, context));
  }
  return refs;
}

function distinctChunks(spec: ArchiveSpec): number {
  return spec.distinct ?? Infinity;
}

/** Which of the first `count` chunks are new: about as many as `changed` says, and one at least unless that is 0. */
function pickChanged(count: number, { changed, random }: ArchiveContext): (index: number) => boolean {
  const picked = new Set<number>();
  if (changed > 0) picked.add(random.below(count));
  for (let index = 0; index < count; index++) if (random.fraction() < changed) picked.add(index);
  return (index) => picked.has(index);
}

/** The bytes of the index over `chunks`. */
export function buildIndex(spec: ArchiveSpec, chunks: readonly ChunkRef[], random: Random, ctime: number): Buffer {
  const identity = { uuid: random.bytes(16), ctime };
  if (archiveKind(spec.name) === 'dynamic') return encodeDynamicIndex(chunks, identity);
  return encodeFixedIndex(chunks, spec.chunkBytes ?? DEFAULT_CHUNK_BYTES, identity);
}

/** Where an archive is cut: an image all alike, any other from a quarter to nearly twice the average. */
function cutSizes(spec: ArchiveSpec, random: Random): number[] {
  const average = spec.chunkBytes ?? DEFAULT_CHUNK_BYTES;
  const isFixed = archiveKind(spec.name) === 'fixed';
  const sizes: number[] = [];
  for (let left = spec.bytes; left > 0; left -= sizes.at(-1) ?? 0) {
    const repeated = sizes.length < distinctChunks(spec) ? undefined : sizes[sizes.length % distinctChunks(spec)];
    const size = isFixed ? average : (repeated ?? Math.ceil(average / 4) + random.below(Math.ceil(average * 1.5)));
    sizes.push(Math.min(left, size, MAX_CHUNK_BYTES));
  }
  return sizes;
}

async function buildChunk(size: number, zeros: number, context: ArchiveContext): Promise<ChunkRef> {
  const { key, random, compressible } = context;
  const isZero = zeros > 0 && random.fraction() < zeros;
  const content = isZero ? Buffer.alloc(size) : context.content.make(size, compressible, random);
  const digest = key === undefined ? hash('sha256', content, 'buffer') : keyedDigest(content, key);
  if (!context.isStored(digest)) {
    const compress = isZero || size >= MIN_COMPRESSED_BYTES;
    const options = { compress, iv: digest.subarray(0, 16) };
    await context.store(digest, key === undefined ? encodeBlob(content, options) : encryptBlob(content, key, options));
  }
  return { digest, size };
}
