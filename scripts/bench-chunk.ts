import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { freeBytes } from '../lib/datastore/free-bytes.ts';
import { crc32OfChunk, verifyChunk } from '../lib/layouts/pbs/chunk.ts';
import { encodeBlob } from '../lib/layouts/pbs/data-blob.ts';
import { decompress } from '../lib/layouts/pbs/zstd.ts';
import { contentMaker } from '../test/support/datastore-builder-content.ts';
import { seededRandom } from '../test/support/random.ts';

// What each step on the path of a chunk costs this process: `node scripts/bench-chunk.ts`. CPU seconds for each GB (10^9 bytes)
// that is stored, of chunks of 4 MiB with 1.8 bytes of content for each stored byte, with a heap as large as a worker's.

const CONTENT_BYTES = 4 * 1024 * 1024;
const COMPRESSIBLE = 0.445;
const ROUNDS = 300;
const HEADER_BYTES = 12;
/** What a worker has in memory beside its buffers: each look of the garbage collector goes through all of it. */
const heap = Array.from({ length: 200_000 }, (_, n) => ({ name: `object ${n}`, parts: [n] }));

const content = contentMaker().make(CONTENT_BYTES, COMPRESSIBLE, seededRandom('bench chunk'));
const stored = encodeBlob(content);
const expected = { digest: hash('sha256', content, 'buffer'), size: CONTENT_BYTES, encrypted: false };
const copyOfStored = (): Buffer => Buffer.concat([stored]);

/** Each is given a buffer of its own, as a GET would. */
const STEPS: readonly (readonly [string, (bytes: Buffer) => void])[] = [
  ['nothing but the buffer', (bytes) => freeBytes(bytes)],
  ['the buffer left to the garbage collector', () => undefined],
  ['CRC-32 of the stored bytes', free((bytes) => void crc32(bytes))],
  ['CRC-32 of the stored bytes, from the one in them', free((bytes) => void crc32OfChunk(bytes))],
  ['SHA-256 of the stored bytes, as a signature', free((bytes) => void hash('sha256', bytes))],
  ['zstd', free((bytes) => freeBytes(decompress(bytes.subarray(HEADER_BYTES), CONTENT_BYTES, CONTENT_BYTES)))],
  ['verify: crc', free((bytes) => verifyChunk(bytes, { ...expected, verify: 'crc' }, 'chunk'))],
  ['verify: full', free((bytes) => verifyChunk(bytes, expected, 'chunk'))],
  ['verify: full, its buffers left to the garbage collector', verifyWithGarbage],
];

for (const [name, step] of STEPS) {
  await measure(step, ROUNDS / 10);
  console.log(`${(await measure(step, ROUNDS)).toFixed(2)} CPU-s/GB  ${name}`);
}
if (heap.length === 0) throw new Error('the heap went away');

function free(step: (bytes: Buffer) => void): (bytes: Buffer) => void {
  return (bytes) => {
    step(bytes);
    freeBytes(bytes);
  };
}

function verifyWithGarbage(bytes: Buffer): void {
  crc32(bytes);
  hash('sha256', decompress(bytes.subarray(HEADER_BYTES), CONTENT_BYTES, CONTENT_BYTES), 'buffer');
}

async function measure(step: (bytes: Buffer) => void, rounds: number): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    step(copyOfStored());
    // The garbage collector works between turns of the event loop, as it does in a run.
    if (round % 8 === 0) await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / ((stored.length * rounds) / 1e9);
}
