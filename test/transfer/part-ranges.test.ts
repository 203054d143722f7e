import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COPY_PART_BYTES } from '../../lib/transfer/copy-object.ts';
import { PART_BYTES } from '../../lib/transfer/move-parts.ts';
import { partBytes, partRanges } from '../../lib/transfer/part-ranges.ts';

const GIB = 1024 ** 3;
/** S3's largest: 10,000 parts of 5 GiB. */
const MAX_OBJECT_BYTES = 50_000 * GIB;

describe('the parts of a large object', () => {
  it('are numbered from 1, and cover it without gap or overlap, at most 10,000 of one size but for the last', () => {
    const sizes = fc.record({ size: fc.maxSafeNat().map((n) => 1 + (n % 1_000_000)), least: fc.integer({ min: 1, max: 5_000 }) });
    fc.assert(
      fc.property(sizes, ({ size, least }) => {
        const parts = partRanges(size, least);
        const lengths = parts.map(({ range }) => range.length);
        const last = lengths.pop() ?? 0;
        const ends = parts.map(({ range }) => range.offset + range.length);
        expect(ends.at(-1)).toBe(size);
        expect(parts.every(({ number, range }, at) => number === at + 1 && range.offset === (ends[at - 1] ?? 0))).toBe(true);
        expect(parts.length).toBeLessThanOrEqual(10_000);
        expect(new Set(lengths).size).toBeLessThanOrEqual(1);
        expect(lengths.every((length) => length >= least && length % least === 0 && length >= last)).toBe(true);
        expect(last).toBeGreaterThan(0);
      }),
    );
  });

  it('grow only where there would be more of them than S3 takes', () => {
    expect(partBytes(65 * 1024 ** 2, PART_BYTES)).toBe(PART_BYTES);
    expect(partBytes(10_000 * PART_BYTES, PART_BYTES)).toBe(PART_BYTES);
    expect(partBytes(10_000 * PART_BYTES + 1, PART_BYTES)).toBe(2 * PART_BYTES);
  });

  it.each([
    ['sent', PART_BYTES],
    ['copied', COPY_PART_BYTES],
  ])('are none above 5 GiB when %s, for every size there is', (_, least) => {
    for (const size of [1, 5 * GIB, 5_000 * GIB, MAX_OBJECT_BYTES - 1, MAX_OBJECT_BYTES]) {
      expect(partBytes(size, least)).toBeLessThanOrEqual(5 * GIB);
      expect(partRanges(size, least).length).toBeLessThanOrEqual(10_000);
    }
  });
});
