import type { ObjectReader } from '../datastore/object-store.ts';
import { DigestSet } from './digest-set.ts';

/** Digests remembered by one worker: 2^20 of them take 44 to 66 MiB at the very most, and stand for 4 TiB of 4 MiB chunks. */
export const MAX_KNOWN_DIGESTS = 1_048_576;

/** A LIST costs as much as 12.5 HEADs (facts/aws.md 3.1: $0.005 and $0.0004 per 1,000) and about as many times as long. */
export const HEADS_PER_LIST = 12.5;

const KEYS_PER_LIST = 1000;

/** Where content-addressed objects are and how their keys name them. */
export interface ContentKeys {
  readonly contentPrefix: string;
  parseContentKey(key: string): Buffer | undefined;
}

/** Whether the target has the content; `ask`: a HEAD is the cheapest way to know. */
export type Presence = 'present' | 'missing' | 'ask';

/** What one worker knows of the content on the target. */
export interface KnownContent {
  /** Call when the target is known to have it. */
  add(digest: Buffer): void;
  has(digest: Buffer): boolean;
  /** One answer for each digest, in their order, found by the fewest requests. */
  locate(digests: readonly Buffer[]): Promise<Presence[]>;
}

/** Digests are uniform, so the share of the key space that one full page covers tells how many pages there are. */
export function estimateObjects(keysInPage: number, last: Buffer): number {
  const share = (last.readUInt32BE(0) + 1) / 2 ** 32;
  return Math.ceil(keysInPage / share);
}

export function isSweepCheaper(objects: number, unknown: number): boolean {
  return Math.ceil(objects / KEYS_PER_LIST) * HEADS_PER_LIST < unknown;
}

export function knownContent(target: ObjectReader, keys: ContentKeys, capacity: number = MAX_KNOWN_DIGESTS): KnownContent {
  const known = new DigestSet(capacity);
  /** Objects on the target: estimated from how densely the first page of them lies. */
  let objects: number | undefined;
  /** Whether every digest on the target is known. */
  let complete = false;

  const remember = (page: readonly { key: string }[]): { last: Buffer | undefined; kept: boolean } => {
    let last: Buffer | undefined;
    let kept = true;
    for (const { key } of page) {
      const digest = keys.parseContentKey(key);
      if (digest === undefined) continue;
      kept = known.add(digest) && kept;
      last = digest;
    }
    return { last, kept };
  };

  /** One page from the start: all there is when it is short, a sample when it is full. */
  const measure = async (): Promise<number> => {
    for await (const page of target.list(keys.contentPrefix)) {
      const { last, kept } = remember(page);
      if (page.length >= KEYS_PER_LIST) return last === undefined ? page.length : estimateObjects(page.length, last);
      complete = kept;
      return page.length;
    }
    complete = true;
    return 0;
  };

  /** Lists all content: `wanted` is answered even when not everything fits into memory. */
  const sweep = async (wanted: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    let everything = true;
    for await (const page of target.list(keys.contentPrefix)) {
      everything = remember(page).kept && everything;
      for (const { key } of page) {
        const hex = keys.parseContentKey(key)?.toString('hex');
        if (hex !== undefined && wanted.has(hex)) found.add(hex);
      }
    }
    complete = everything;
    return found;
  };

  const unknownOf = (digests: readonly Buffer[]): readonly Buffer[] =>
    complete ? [] : digests.filter((digest) => !known.has(digest));

  return {
    add: (digest) => {
      if (!known.add(digest)) complete = false;
    },
    has: (digest) => known.has(digest),
    locate: async (digests) => {
      if (unknownOf(digests).length > 0) objects ??= await measure();
      const unknown = unknownOf(digests);
      const swept =
        objects !== undefined && isSweepCheaper(objects, unknown.length)
          ? await sweep(new Set(unknown.map((digest) => digest.toString('hex'))))
          : undefined;
      return digests.map((digest) => {
        if (known.has(digest) || swept?.has(digest.toString('hex')) === true) return 'present';
        return complete || swept !== undefined ? 'missing' : 'ask';
      });
    },
  };
}
