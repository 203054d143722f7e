import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../lib/errors.ts';
import { encodeDynamicIndex, encodeFixedIndex, openArchiveIndex } from '../../../lib/layouts/pbs/archive-index.ts';
import { expectSameOrRefused } from './damage.ts';
import type { ChunkRef } from '../../../lib/layouts/pbs/archive-index.ts';

type Kind = 'fixed' | 'dynamic';

const MIB = 1024 * 1024;
const identity = { uuid: Buffer.alloc(16, 5), ctime: 1762000000 };
const hello = createHash('sha256').update('hello').digest();
const fixed = encodeFixedIndex([...refs(2, 64), { digest: hello, size: 10 }], 64, identity);
const dynamic = encodeDynamicIndex([...refs(2, 100), { digest: hello, size: 16 * MIB }], identity);

function refs(count: number, size: number): ChunkRef[] {
  return Array.from({ length: count }, (_, index) => ({ digest: createHash('sha256').update(`${index}`).digest(), size }));
}

function readPieces(kind: Kind, pieces: readonly Buffer[], fileBytes?: number) {
  const reader = openArchiveIndex(kind, 'a.idx', fileBytes);
  const chunks = pieces.flatMap((piece) => reader.push(piece));
  return { ...reader.end(), refs: chunks };
}

function readWhole(kind: Kind, file: Buffer) {
  return readPieces(kind, [file], file.length);
}

function patched(file: Buffer, offset: number, value: bigint): Buffer {
  const copy = Buffer.from(file);
  copy.writeBigUInt64LE(value, offset);
  return copy;
}

function refused(message: RegExp): unknown {
  return expect.objectContaining({
    name: 'DataError',
    code: 'INDEX_INVALID',
    message: expect.stringMatching(message) as unknown,
  });
}

/** Cuts `bytes` at the given places, which come in any order and may be the same. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe('a fixed index', () => {
  it('has the checksum that PBS computes', () => {
    const index = encodeFixedIndex([{ digest: hello, size: 5 }], 4 * MIB, identity);
    expect(readWhole('fixed', index)).toEqual({
      checksum: '9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50',
      size: 5,
      chunks: 1,
      refs: [{ digest: hello, size: 5 }],
    });
  });

  it('gives all chunks the same size but the last', () => {
    expect(readWhole('fixed', fixed).refs.map((ref) => ref.size)).toEqual([64, 64, 10]);
  });

  it.each([0n, 3n, 96n, BigInt(32 * MIB), 2n ** 53n, 2n ** 63n])('refuses chunks of %s bytes', (chunkSize) => {
    expect(() => readWhole('fixed', patched(fixed, 72, chunkSize))).toThrow(refused(/^a\.idx: says /));
  });

  it.each([0n, 1n, 128n, 139n * 64n, 2n ** 53n, 2n ** 64n - 1n])('refuses an image of %s bytes over three entries', (size) => {
    const file = patched(fixed, 64, size);
    expect(() => readWhole('fixed', file)).toThrow(refused(/^a\.idx: /));
    expect(() => readPieces('fixed', [file])).toThrow(refused(/^a\.idx: /)); // length not known beforehand
  });

  it('refuses more entries than its image has chunks, and fewer', () => {
    expect(() => readPieces('fixed', [fixed, hello])).toThrow(refused(/goes on after the 3 entries/));
    expect(() => readPieces('fixed', [fixed.subarray(0, -32)])).toThrow(refused(/ends after 2 of 3 entries/));
  });
});

describe('a dynamic index', () => {
  it('has the checksum that PBS computes', () => {
    expect(readWhole('dynamic', encodeDynamicIndex([{ digest: hello, size: 5 }], identity))).toEqual({
      checksum: '057fabcd6c107f42868b44d377bf20471c8b37c268611ab453d14a6e31815694',
      size: 5,
      chunks: 1,
      refs: [{ digest: hello, size: 5 }],
    });
  });

  it('may be empty', () => {
    expect(readWhole('dynamic', encodeDynamicIndex([], identity))).toMatchObject({ size: 0, chunks: 0, refs: [] });
  });

  it.each([
    ['an end at its beginning', 100n],
    ['an end before its beginning', 99n],
    ['more than 16 MiB', BigInt(100 + 16 * MIB + 1)],
    ['an end beyond all numbers', 2n ** 53n],
    ['the largest end', 2n ** 64n - 1n],
  ])('refuses a chunk with %s', (_what, end) => {
    expect(() => readWhole('dynamic', patched(dynamic, 4096 + 40, end))).toThrow(refused(/^a\.idx: /));
  });
});

describe('an index', () => {
  const kinds = fc.constantFrom<Kind>('fixed', 'dynamic');
  const lists = fc.array(
    fc.record({ digest: fc.uint8Array({ minLength: 32, maxLength: 32 }), size: fc.integer({ min: 1, max: 16 * MIB }) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  function encode(kind: Kind, chunks: readonly ChunkRef[]): { file: Buffer; expected: ChunkRef[] } {
    if (kind === 'dynamic') return { file: encodeDynamicIndex(chunks, identity), expected: [...chunks] };
    const last = chunks.length - 1;
    const expected = chunks.map((chunk, index) => ({ digest: chunk.digest, size: index === last ? (chunk.size % 64) + 1 : 64 }));
    return { file: encodeFixedIndex(expected, 64, identity), expected };
  }

  it('reads as it was written, however the file is cut', () => {
    fc.assert(
      fc.property(kinds, lists, fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), (kind, list, places, lengthKnown) => {
        const chunks = list.map(({ digest, size }) => ({ digest: Buffer.from(digest), size }));
        const { file, expected } = encode(kind, chunks);
        const pieces = cut(file, places).map((piece) => Buffer.from(piece));
        const reader = openArchiveIndex(kind, 'a.idx', lengthKnown ? file.length : undefined);
        const read = pieces.flatMap((piece) => {
          const found = reader.push(piece);
          piece.fill(0xee); // the caller may use its buffer again
          return found;
        });
        expect(read).toEqual(expected);
        expect(reader.end()).toMatchObject({
          size: expected.reduce((sum, chunk) => sum + chunk.size, 0),
          chunks: expected.length,
        });
      }),
    );
  });

  it('reads byte by byte', () => {
    const bytes = Array.from(fixed, (_, at) => fixed.subarray(at, at + 1));
    expect(readPieces('fixed', bytes)).toEqual(readWhole('fixed', fixed));
  });

  it.each([
    ['fixed', dynamic],
    ['dynamic', fixed],
    ['fixed', Buffer.alloc(4096)],
  ] as const)('is refused when it is no %s one', (kind, file) => {
    expect(() => readWhole(kind, file)).toThrow(refused(/^a\.idx: begins with /));
  });

  it.each([
    ['fixed', fixed],
    ['dynamic', dynamic],
  ] as const)('that is %s and damaged reads as before or is refused by name', (kind, file) => {
    const { checksum, size } = readWhole(kind, file);
    for (const lengthKnown of [true, false]) {
      const codes = expectSameOrRefused(file, 'a.idx', (bytes) => {
        const read = readPieces(kind, [bytes], lengthKnown ? bytes.length : undefined);
        if (read.size === size && read.checksum === checksum) return read;
        throw new DataError('NOT_OF_MANIFEST', 'a.idx: is not what the manifest says');
      });
      // The size of an image is covered by its manifest alone.
      expect([...codes].sort()).toEqual(kind === 'fixed' ? ['INDEX_INVALID', 'NOT_OF_MANIFEST'] : ['INDEX_INVALID']);
    }
  });

  it('is refused when it ended before its known length', () => {
    expect(() => readPieces('dynamic', [dynamic], dynamic.length + 40)).toThrow(refused(/bytes were read of/));
  });

  it('of an image of 8 PiB takes no more memory than one of 4 MiB', () => {
    const header = patched(patched(fixed, 64, 2n ** 53n - 1n), 72, BigInt(4 * MIB)).subarray(0, 4096);
    const reader = openArchiveIndex('fixed', 'a.idx');
    expect(reader.push(header)).toEqual([]);
    const piece = Buffer.alloc(32 * 1000);
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 200; count++) expect(reader.push(piece)).toHaveLength(1000);
    expect(() => reader.end()).toThrow(refused(/ends after 200000 of/));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * MIB);
  });
});
