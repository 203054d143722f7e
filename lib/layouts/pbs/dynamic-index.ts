import { DIGEST_BYTES, INDEX_HEADER_BYTES, MAX_INDEX_CHUNK_BYTES } from './index-format.ts';
import { checkMagic, encodeIndex, indexInvalid, readDigest, readU64 } from './index-format.ts';
import type { ChunkRef, IndexEntries, IndexIdentity } from './index-format.ts';

const MAGIC = Buffer.from('1c914ea519bab3cd', 'hex');
const END_BYTES = 8;
const ENTRY_BYTES = END_BYTES + DIGEST_BYTES;

/** The entries of a `.didx`: for each chunk where it ends in the archive, and its digest. */
export function openDynamicEntries(header: Buffer, title: string, fileBytes?: number): IndexEntries {
  checkMagic(header, MAGIC, title);
  if (fileBytes !== undefined && (fileBytes - INDEX_HEADER_BYTES) % ENTRY_BYTES !== 0) {
    throw indexInvalid(title, `has ${fileBytes} bytes, which is no whole number of entries`);
  }
  return readDynamicEntries(title);
}

function readDynamicEntries(title: string): IndexEntries {
  let [position, chunks] = [0, 0];
  return {
    entryBytes: ENTRY_BYTES,
    read(bytes, offset) {
      const end = readU64(bytes, offset, title);
      const size = end - position;
      if (size < 1 || size > MAX_INDEX_CHUNK_BYTES) {
        throw indexInvalid(title, `chunk ${chunks} goes from ${position} to ${end}: not 1 to ${MAX_INDEX_CHUNK_BYTES} bytes`);
      }
      [position, chunks] = [end, chunks + 1];
      return { digest: readDigest(bytes, offset + END_BYTES), size };
    },
    end: () => ({ size: position, chunks }),
  };
}

/** A `.didx` file over `chunks`. */
export function encodeDynamicIndex(chunks: readonly ChunkRef[], identity: IndexIdentity): Buffer {
  const entries = Buffer.alloc(ENTRY_BYTES * chunks.length);
  let position = 0;
  for (const [index, chunk] of chunks.entries()) {
    position += chunk.size;
    entries.writeBigUInt64LE(BigInt(position), index * ENTRY_BYTES);
    chunk.digest.copy(entries, index * ENTRY_BYTES + END_BYTES);
  }
  return encodeIndex(MAGIC, entries, identity);
}
