import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** The level PBS compresses with (facts/pbs.md 1.2). */
const LEVEL = { [constants.ZSTD_c_compressionLevel]: 1 };
/** The least `chunkSize` that node:zlib takes. */
const MIN_STEP_BYTES = 64;
/** PBS writes one frame. More are legal, but each costs a call, and an empty one is only 9 bytes. */
const MAX_FRAMES = 1024;

/** `data` as one zstd frame; undefined when that would be longer than `data`, where PBS stores it as it is. */
export function compress(data: Buffer): Buffer | undefined {
  const frame = zstdCompressSync(data, { params: LEVEL, chunkSize: Math.max(MIN_STEP_BYTES, data.length) });
  return frame.length <= data.length ? frame : undefined;
}

/**
 * The content of a zstd stream of one or more frames. `sizeHint`, in bytes, is how much to make room for at once: one step when it is
 * right. Throws what node:zlib throws, a RangeError when there are more than `maxBytes` or more frames than any backup has.
 */
export function decompress(stream: Buffer, maxBytes: number, sizeHint: number): Buffer {
  const frames: Buffer[] = [];
  let [offset, left] = [0, maxBytes];
  // node:zlib may stop behind the first frame without a word about the rest, garbage or not.
  do {
    const step = decompressStep(stream.subarray(offset), left, sizeHint);
    frames.push(step.content);
    offset += step.consumed;
    left -= step.content.length;
    if (left < 0 || frames.length > MAX_FRAMES) throw new RangeError('zstd stream is longer than allowed');
  } while (offset < stream.length);
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
}

function decompressStep(stream: Buffer, maxBytes: number, sizeHint: number): { content: Buffer; consumed: number } {
  // One byte of room too many shows the end of the output in the same step; none would cost a second one.
  const chunkSize = Math.max(MIN_STEP_BYTES, sizeHint + 1);
  const answer: unknown = zstdDecompressSync(stream, { chunkSize, maxOutputLength: Math.max(1, maxBytes), info: true });
  const { buffer, engine } = answer as { buffer: Buffer; engine: { bytesWritten: number } };
  return { content: buffer, consumed: engine.bytesWritten };
}
