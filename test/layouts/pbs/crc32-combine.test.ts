import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc32 } from '../../../lib/layouts/pbs/crc32-combine.ts';

const piece = fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes));

describe('combineCrc32', () => {
  it('gives the CRC-32 of both pieces together', () => {
    fc.assert(
      fc.property(piece, piece, (first, second) => {
        expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(Buffer.concat([first, second])));
      }),
    );
  });

  it('holds for a piece as large as a chunk', () => {
    const [first, second] = [Buffer.from('header'), Buffer.alloc(16 * 1024 * 1024, 'chunk')];
    expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(Buffer.concat([first, second])));
  });
});
