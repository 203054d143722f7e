import type { ByteRange } from '../datastore/object-store.ts';

/** S3 takes 10,000 parts an object (facts/aws.md 3.2), so larger objects have larger parts. */
const MAX_PARTS = 10_000;

/** A part of an object, numbered from 1 as S3 does. */
export interface PartRange {
  readonly number: number;
  readonly range: ByteRange;
}

/** Bytes a part of an object of this size: a multiple of `least`, the same for all parts but the last. */
export function partBytes(objectBytes: number, least: number): number {
  return least * Math.max(1, Math.ceil(objectBytes / MAX_PARTS / least));
}

/** The parts of an object of this size, in order; its last may be smaller than the others. */
export function partRanges(objectBytes: number, least: number): readonly PartRange[] {
  const length = partBytes(objectBytes, least);
  return Array.from({ length: Math.ceil(objectBytes / length) }, (_, part) => {
    const offset = part * length;
    return { number: part + 1, range: { offset, length: Math.min(length, objectBytes - offset) } };
  });
}
