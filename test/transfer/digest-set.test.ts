import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestSet } from '../../lib/transfer/digest-set.ts';
import { seededRandom } from '../support/random.ts';

/** Digests that differ in their last byte alone fall into the same slot: the hard case for open addressing. */
function digest(first: number, last: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(first, 0);
  bytes[31] = last;
  return bytes;
}

describe('DigestSet', () => {
  it('answers as a set of texts does, whatever is added and asked, as long as there is room', () => {
    const anyDigest = fc.tuple(fc.constantFrom(0, 1, 1023, 1024, 0xffffffff), fc.integer({ min: 0, max: 8 }));
    const step = fc.record({ add: fc.boolean(), key: anyDigest });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0, max: 20 }), (steps, capacity) => {
        const set = new DigestSet(capacity);
        const model = new Set<string>();
        for (const { add, key } of steps) {
          const text = key.join(':');
          if (add) {
            const fits = model.has(text) || model.size < capacity;
            if (fits) model.add(text);
            expect(set.add(digest(...key))).toBe(fits);
          }
          expect(set.has(digest(...key))).toBe(model.has(text));
          expect(set.size).toBe(model.size);
        }
      }),
    );
  });

  it('keeps all it was given while it grows many times over', () => {
    const random = seededRandom('growth');
    const set = new DigestSet(20_000);
    const added = Array.from({ length: 20_000 }, () => random.bytes(32));
    for (const each of added) expect(set.add(each)).toBe(true);

    expect(set.size).toBe(20_000);
    expect(added.every((each) => set.has(each))).toBe(true);
    expect(set.has(random.bytes(32))).toBe(false);
  });

  it('refuses what does not fit, and still knows all it holds', () => {
    const set = new DigestSet(2);
    expect([set.add(digest(1, 0)), set.add(digest(2, 0)), set.add(digest(3, 0)), set.add(digest(1, 0))]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect([set.has(digest(1, 0)), set.has(digest(2, 0)), set.has(digest(3, 0))]).toEqual([true, true, false]);
  });

  it('is not changed by what happens to a buffer after it was added', () => {
    const set = new DigestSet(8);
    const bytes = digest(7, 7);
    set.add(bytes);
    bytes.fill(0);
    expect([set.has(digest(7, 7)), set.has(bytes)]).toEqual([true, false]);
  });
});
