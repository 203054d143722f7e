import type { DigestSet } from './digest-set.ts';

const DIGEST_BYTES = 32;
const MAGIC = Buffer.from('FLDIGST1');

/** Where one worker leaves what it found on the target for the other workers of its run, as packed digests. */
export interface SharedDigests {
  load(): Promise<Buffer | undefined>;
  save(packed: Buffer): Promise<void>;
}

/** All digests of a set: 8 bytes that name the format, then 32 bytes each, in no order. */
export function packDigests(known: DigestSet): Buffer {
  return Buffer.concat([MAGIC, ...known.digests()], MAGIC.length + known.size * DIGEST_BYTES);
}

/** Adds packed digests to a set; false, with nothing added, when this is no such file or it does not fit. */
export function unpackDigests(packed: Buffer, known: DigestSet): boolean {
  const body = packed.subarray(MAGIC.length);
  if (!packed.subarray(0, MAGIC.length).equals(MAGIC) || body.length % DIGEST_BYTES !== 0) return false;
  if (known.size + body.length / DIGEST_BYTES > known.capacity) return false;
  for (let at = 0; at < body.length; at += DIGEST_BYTES) known.add(body.subarray(at, at + DIGEST_BYTES));
  return true;
}
