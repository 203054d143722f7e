import { DIGEST_BYTES, INDEX_HEADER_BYTES, MAX_INDEX_CHUNK_BYTES } from './index-format.ts';
import { checkMagic, encodeIndex, indexInvalid, readDigest, readU64 } from './index-format.ts';
import type { ChunkRef, IndexEntries, IndexIdentity } from './index-format.ts';

const MAGIC = Buffer.from('2f7f41ed91fd0fcd', 'hex');
const SIZE_OFFSET = 64;
const CHUNK_SIZE_OFFSET = 72;

/** Bytes of an image, and of each chunk but the last. */
interface FixedShape {
  readonly size: number;
  readonly chunkSize: number;
  readonly chunks: number;
}

/** The entries of a `.fidx`: one digest for each chunk of the image. */
export function openFixedEntries(header: Buffer, title: string, fileBytes?: number): IndexEntries {
  checkMagic(header, MAGIC, title);
  const shape = readShape(header, title);
  const length = INDEX_HEADER_BYTES + DIGEST_BYTES * shape.chunks;
  if (fileBytes !== undefined && fileBytes !== length) {
    throw indexInvalid(title, `has ${fileBytes} bytes, but ${shape.size} bytes of image need ${length}`);
  }
  return readFixedEntries(shape, title);
}

function readShape(header: Buffer, title: string): FixedShape {
  const size = readU64(header, SIZE_OFFSET, title);
  const chunkSize = readU64(header, CHUNK_SIZE_OFFSET, title);
  if (size === 0) throw indexInvalid(title, 'says its image is empty, which no index of PBS does');
  if (chunkSize < 1 || chunkSize > MAX_INDEX_CHUNK_BYTES || (chunkSize & (chunkSize - 1)) !== 0) {
    throw indexInvalid(title, `says its chunks have ${chunkSize} bytes: not a power of two up to ${MAX_INDEX_CHUNK_BYTES}`);
  }
  return { size, chunkSize, chunks: Math.ceil(size / chunkSize) };
}

function readFixedEntries(shape: FixedShape, title: string): IndexEntries {
  const { size, chunkSize, chunks } = shape;
  let seen = 0;
  return {
    entryBytes: DIGEST_BYTES,
    read(bytes, offset) {
      if (seen === chunks) throw indexInvalid(title, `goes on after the ${chunks} entries of its image`);
      const ref = { digest: readDigest(bytes, offset), size: Math.min(chunkSize, size - seen * chunkSize) };
      seen += 1;
      return ref;
    },
    end() {
      if (seen < chunks) throw indexInvalid(title, `ends after ${seen} of ${chunks} entries`);
      return { size, chunks };
    },
  };
}

/** A `.fidx` file over `chunks`, all of `chunkSize` bytes but the last. */
export function encodeFixedIndex(chunks: readonly ChunkRef[], chunkSize: number, identity: IndexIdentity): Buffer {
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  const index = encodeIndex(MAGIC, Buffer.concat(chunks.map((chunk) => chunk.digest)), identity);
  index.writeBigUInt64LE(BigInt(size), SIZE_OFFSET);
  index.writeBigUInt64LE(BigInt(chunkSize), CHUNK_SIZE_OFFSET);
  return index;
}
