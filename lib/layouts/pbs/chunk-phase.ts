import type { ListedFile } from '../../datastore/group.ts';
import type { Phase, Transfer } from '../../datastore/layout.ts';
import { DataError } from '../../errors.ts';
import { expectArchive } from './archive-check.ts';
import { openArchiveIndex, type ChunkRef } from './archive-index.ts';
import { crc32OfChunk, verifyChunk } from './chunk.ts';
import { chunkKey, parseBadChunkKey } from './keys.ts';
import type { ManifestFile } from './manifest.ts';
import { checkIn, contextOf, listedArchive, type SnapshotFiles } from './snapshot-files.ts';

/** An index is read in pieces of this size: 131,072 references of a fixed index, 512 GiB of image. */
const INDEX_PIECE_BYTES = 4 * 1024 * 1024;

/** A piece is taken apart in steps of this size, so that no more of its references are in memory than are looked at soon. */
const INDEX_STEP_BYTES = 64 * 1024;

/** All chunks of the archives, index by index in the manifest's order; each index is proven when its last reference is read. */
export function chunkPhase(files: SnapshotFiles, archives: readonly ManifestFile[]): Phase {
  return { name: 'chunks', commits: false, resumable: true, transfers: () => chunkTransfers(files, archives) };
}

async function* chunkTransfers(files: SnapshotFiles, archives: readonly ManifestFile[]): AsyncGenerator<Transfer> {
  for (const archive of archives) {
    const of: ChunksOf = { files, archive };
    for await (const chunk of readIndex(files, archive)) yield new ChunkTransfer(of, chunk);
  }
}

async function* readIndex(files: SnapshotFiles, archive: ManifestFile): AsyncGenerator<ChunkRef> {
  if (archive.kind === 'blob') return;
  const file = listedArchive(files, archive);
  const reader = openArchiveIndex(archive.kind, `${files.title}/${archive.name}`, file.size);
  for await (const piece of readPieces(files, file)) {
    if (piece.length === file.size) files.hold(file.name, piece);
    for (let at = 0; at < piece.length; at += INDEX_STEP_BYTES) {
      yield* checkIn(files, file.name, () => reader.push(piece.subarray(at, at + INDEX_STEP_BYTES)));
    }
  }
  checkIn(files, file.name, () => expectArchive(files, archive, reader.end()));
}

async function* readPieces(files: SnapshotFiles, file: ListedFile): AsyncGenerator<Buffer> {
  const key = `${files.from}${file.name}`;
  for (let offset = 0; offset < file.size; offset += INDEX_PIECE_BYTES) {
    const range = { offset, length: Math.min(INDEX_PIECE_BYTES, file.size - offset) };
    const whole = range.length === file.size;
    const piece = await files.open.source.get(key, whole ? { ifMatch: file.etag } : { ifMatch: file.etag, range });
    if (piece === undefined) {
      const message = `${files.title}/${file.name} went away from the source during the run`;
      throw new DataError('ARCHIVE_MISSING', message, { context: contextOf(files, file.name) });
    }
    yield piece.bytes;
  }
}

/** The archive that chunks belong to. */
interface ChunksOf {
  readonly files: SnapshotFiles;
  readonly archive: ManifestFile;
}

/** Thousands are in memory at once: each holds what tells it from the others, and makes the rest when it is asked for. */
class ChunkTransfer implements Transfer {
  readonly digest: Buffer;
  readonly contentBytes: number;
  private readonly of: ChunksOf;

  constructor(of: ChunksOf, { digest, size }: ChunkRef) {
    this.of = of;
    this.digest = digest;
    this.contentBytes = size;
  }

  get sourceKey(): string {
    return chunkKey(this.digest);
  }

  get targetKey(): string {
    return chunkKey(this.digest);
  }

  get archive(): string {
    return this.of.archive.name;
  }

  get title(): string {
    return `chunk ${this.digest.toString('hex')} of ${this.of.files.title}/${this.archive}`;
  }

  verify(bytes: Buffer): void {
    verifyIn(this.of, { digest: this.digest, size: this.contentBytes }, bytes);
  }

  crc32(bytes: Buffer): number {
    return crc32OfChunk(bytes);
  }

  absent(): Promise<DataError> {
    return chunkMissing(this.of, this.digest);
  }
}

/** The chunk's own checks know nothing of snapshots: what they find is told with the archive and the digest. */
function verifyIn({ files, archive }: ChunksOf, chunk: ChunkRef, bytes: Buffer): void {
  const encrypted = archive.cryptMode === 'encrypt';
  const { verify = 'full' } = files.open;
  try {
    verifyChunk(bytes, { digest: chunk.digest, size: chunk.size, encrypted, verify }, `chunk ${chunk.digest.toString('hex')}`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const context = { ...contextOf(files, archive.name), digest: chunk.digest.toString('hex') };
    throw new DataError(error.code, `${files.title}/${archive.name}: ${error.message}`, { context, cause: error.cause });
  }
}

async function chunkMissing({ files, archive }: ChunksOf, content: Buffer): Promise<DataError> {
  const digest = content.toString('hex');
  const why = (await isMarkedBad(files, content))
    ? 'which PBS found damaged and renamed to .bad'
    : 'which the source does not have';
  const message =
    `${files.title}/${archive.name} needs chunk ${digest}, ${why};` +
    ' verify the snapshot in PBS: a new backup of the same data writes the chunk again';
  return new DataError('CHUNK_MISSING', message, { context: { ...contextOf(files, archive.name), digest } });
}

/** A chunk that failed PBS's verification lies beside its place as `<digest>.<n>.bad` (facts/pbs.md 1.3). */
async function isMarkedBad({ open }: SnapshotFiles, digest: Buffer): Promise<boolean> {
  for await (const page of open.source.list(`${chunkKey(digest)}.`, { pageSize: 10 })) {
    return page.some(({ key }) => parseBadChunkKey(key) !== undefined);
  }
  return false;
}
