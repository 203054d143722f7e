import { createHash } from 'node:crypto';
import { openDynamicEntries } from './dynamic-index.ts';
import { openFixedEntries } from './fixed-index.ts';
import { INDEX_HEADER_BYTES, indexInvalid, readChecksum } from './index-format.ts';
import type { Hash } from 'node:crypto';
import type { ChunkRef, IndexEntries } from './index-format.ts';

export { encodeDynamicIndex } from './dynamic-index.ts';
export { encodeFixedIndex } from './fixed-index.ts';
export type { ChunkRef, IndexIdentity } from './index-format.ts';

/**
 * What a whole index adds up to: `checksum` (hex) and `size`, bytes of the archive, as a manifest has them. Compare both with it: a
 * fixed index's checksum does not cover its size.
 */
export interface IndexSummary {
  readonly checksum: string;
  readonly size: number;
  readonly chunks: number;
}

/** Reads an index piece by piece, keeping no more of it than its header or one entry. */
export interface ArchiveIndexReader {
  /** The chunks whose entries end in `bytes`, the next piece of the file, however it was cut. Throws INDEX_INVALID. */
  push(bytes: Buffer): ChunkRef[];
  /** To be called after the last piece. Throws INDEX_INVALID when the file ended too early or is not what its header says. */
  end(): IndexSummary;
}

interface Progress {
  readonly kind: 'fixed' | 'dynamic';
  readonly title: string;
  readonly fileBytes: number | undefined;
  readonly hash: Hash;
  received: number;
  /** Bytes of the header or of one entry that are not all there yet. */
  rest: Buffer;
  storedChecksum: string;
  /** Undefined until the header is read. */
  entries: IndexEntries | undefined;
}

/**
 * Starts to read an index. `fileBytes`, its length where known, lets a wrong length be found at the header. What is thrown is a
 * `DataError` with code INDEX_INVALID whose message begins with `title` (formats: facts/pbs.md 1.4, 1.5).
 */
export function openArchiveIndex(kind: 'fixed' | 'dynamic', title: string, fileBytes?: number): ArchiveIndexReader {
  const rest = Buffer.alloc(0);
  const hash = createHash('sha256');
  const progress: Progress = { kind, title, fileBytes, hash, received: 0, rest, storedChecksum: '', entries: undefined };
  return { push: (bytes) => push(progress, bytes), end: () => end(progress) };
}

function push(progress: Progress, bytes: Buffer): ChunkRef[] {
  progress.received += bytes.length;
  let pending = progress.rest.length === 0 ? bytes : Buffer.concat([progress.rest, bytes]);
  if (progress.entries === undefined && pending.length >= INDEX_HEADER_BYTES) {
    progress.entries = readHeader(progress, pending.subarray(0, INDEX_HEADER_BYTES));
    pending = pending.subarray(INDEX_HEADER_BYTES);
  }
  const whole = progress.entries === undefined ? 0 : pending.length - (pending.length % progress.entries.entryBytes);
  // A copy: the caller may use its buffer again.
  progress.rest = Buffer.from(pending.subarray(whole));
  return progress.entries === undefined ? [] : readEntries(progress.entries, progress.hash, pending.subarray(0, whole));
}

function readHeader(progress: Progress, header: Buffer): IndexEntries {
  progress.storedChecksum = readChecksum(header);
  const open = progress.kind === 'fixed' ? openFixedEntries : openDynamicEntries;
  return open(header, progress.title, progress.fileBytes);
}

function readEntries(entries: IndexEntries, hash: Hash, bytes: Buffer): ChunkRef[] {
  hash.update(bytes);
  const refs: ChunkRef[] = [];
  for (let at = 0; at < bytes.length; at += entries.entryBytes) refs.push(entries.read(bytes, at));
  return refs;
}

function end(progress: Progress): IndexSummary {
  const { title, fileBytes, received, entries, rest, storedChecksum } = progress;
  if (fileBytes !== undefined && received !== fileBytes) throw indexInvalid(title, `${received} bytes were read of ${fileBytes}`);
  if (entries === undefined) throw indexInvalid(title, `ends in its header, after ${received} bytes`);
  if (rest.length > 0) throw indexInvalid(title, `ends in an entry, after ${received} bytes`);
  const { size, chunks } = entries.end();
  const checksum = progress.hash.digest('hex');
  if (checksum === storedChecksum) return { checksum, size, chunks };
  throw indexInvalid(title, `its entries have the checksum ${checksum}, its header says ${storedChecksum}`);
}
