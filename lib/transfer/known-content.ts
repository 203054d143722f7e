import type { ListedObject, ObjectReader } from '../datastore/object-store.ts';
import { DigestSet } from './digest-set.ts';
import { inFlight } from './in-flight.ts';

/** Digests remembered by one worker: 2^20 of them take 66 MiB (half as much again while the set grows), and stand for 4 TiB of 4 MiB chunks. */
export const MAX_KNOWN_DIGESTS = 1_048_576;

/** A LIST costs as much as 12.5 HEADs (facts/aws.md 3.1: $0.005 and $0.0004 per 1,000). */
export const HEADS_PER_LIST = 12.5;

const KEYS_PER_LIST = 1000;
const LISTINGS_AT_ONCE = 16;

/** A target of more pages is swept in parts side by side: one page after the other would outlast a Lambda call. */
const MAX_PAGES_IN_A_ROW = 64;

/** Where content-addressed objects are and how their keys name them: below the prefix each begins with the hex of its digest. */
export interface ContentKeys {
  readonly contentPrefix: string;
  parseContentKey(key: string): Buffer | undefined;
}

/** Whether the target has the content; `ask`: a HEAD is the cheapest way to know. */
export type Presence = 'present' | 'missing' | 'ask';

/** How a long search is done: what is called after each page of a listing. */
export interface SearchOptions {
  readonly beat: () => Promise<void>;
  /** True when the search has to end. */
  readonly stop?: () => boolean;
}

/** What one worker knows of the content on the target. */
export interface KnownContent {
  /** Call when the target is known to have it. */
  add(digest: Buffer): void;
  has(digest: Buffer): boolean;
  /** One answer for each digest, in their order, found by the fewest requests. */
  locate(digests: readonly Buffer[], options: SearchOptions): Promise<Presence[]>;
}

/** Digests are uniform, so the share of the key space that one full page covers tells how many pages there are. */
export function estimateObjects(keysInPage: number, last: Buffer): number {
  const share = (last.readUInt32BE(0) + 1) / 2 ** 32;
  return Math.ceil(keysInPage / share);
}

export function isSweepCheaper(objects: number, unknown: number): boolean {
  return Math.ceil(objects / KEYS_PER_LIST) * HEADS_PER_LIST < unknown;
}

/** Prefixes that together cover all content: one, or one for each first hex digit. */
export function sweepPrefixes(contentPrefix: string, objects: number): string[] {
  if (objects <= MAX_PAGES_IN_A_ROW * KEYS_PER_LIST) return [contentPrefix];
  return Array.from('0123456789abcdef', (digit) => `${contentPrefix}${digit}`);
}

/** What is known so far, and where to find out more. */
interface Knowledge {
  readonly target: ObjectReader;
  readonly keys: ContentKeys;
  readonly known: DigestSet;
  /** Objects on the target: estimated from how densely the first page of them lies. */
  objects: number | undefined;
  /** Whether every digest on the target is known. */
  complete: boolean;
  /** Digests that were left to be asked for so far: many small questions are worth one sweep too. */
  asked: number;
}

export function knownContent(target: ObjectReader, keys: ContentKeys, capacity: number = MAX_KNOWN_DIGESTS): KnownContent {
  const known = new DigestSet(capacity);
  const knowledge: Knowledge = { target, keys, known, objects: undefined, complete: false, asked: 0 };
  return {
    add: (digest) => {
      if (!known.add(digest)) knowledge.complete = false;
    },
    has: (digest) => known.has(digest),
    locate: (digests, options) => locate(knowledge, digests, options),
  };
}

async function locate(knowledge: Knowledge, digests: readonly Buffer[], options: SearchOptions): Promise<Presence[]> {
  const { known } = knowledge;
  if (unknownOf(knowledge, digests).length > 0) knowledge.objects ??= await measure(knowledge);
  const unknown = unknownOf(knowledge, digests);
  const isWorthIt = unknown.length > 0 && isSweepCheaper(leastObjects(knowledge), knowledge.asked + unknown.length);
  const swept = isWorthIt ? await sweep(knowledge, unknown, options) : undefined;
  knowledge.asked += swept === undefined ? unknown.length : -knowledge.asked;
  return digests.map((digest) => {
    if (known.has(digest) || swept?.has(digest.toString('hex')) === true) return 'present';
    return knowledge.complete || swept !== undefined ? 'missing' : 'ask';
  });
}

function unknownOf({ complete, known }: Knowledge, digests: readonly Buffer[]): readonly Buffer[] {
  return complete ? [] : digests.filter((digest) => !known.has(digest));
}

/** The worker fills the target itself: what it knows to be there is the least there is. */
function leastObjects({ objects = 0, known }: Knowledge): number {
  return Math.max(objects, known.size);
}

/** The first full page's worth of keys: all there is when the listing ends before, else a sample. Providers may send short pages. */
async function measure(knowledge: Knowledge): Promise<number> {
  const { target, keys } = knowledge;
  let seen = 0;
  let everything = true;
  for await (const page of target.list(keys.contentPrefix)) {
    const { digests, kept } = remember(knowledge, page);
    everything = kept && everything;
    seen += digests.length;
    const last = digests.at(-1);
    if (seen >= KEYS_PER_LIST && last !== undefined) return estimateObjects(seen, last);
  }
  knowledge.complete = everything;
  return seen;
}

/**
 * Lists all content; which of `unknown` it shows is answered even when not everything fits into memory. Undefined when it had to
 * stop: half a sweep would take what it has not seen for missing.
 */
async function sweep(
  knowledge: Knowledge,
  unknown: readonly Buffer[],
  options: SearchOptions,
): Promise<ReadonlySet<string> | undefined> {
  const { target, keys } = knowledge;
  const wanted = new Set(unknown.map((digest) => digest.toString('hex')));
  const found = new Set<string>();
  let everything = true;
  await inFlight(sweepPrefixes(keys.contentPrefix, leastObjects(knowledge)), { limit: LISTINGS_AT_ONCE }, async (prefix) => {
    for await (const page of target.list(prefix)) {
      const { digests, kept } = remember(knowledge, page);
      everything &&= kept;
      for (const hex of digests.map((digest) => digest.toString('hex'))) if (wanted.has(hex)) found.add(hex);
      await options.beat();
      if (options.stop?.() === true) return;
    }
  });
  if (options.stop?.() === true) return undefined;
  knowledge.complete = everything;
  return found;
}

function remember({ keys, known }: Knowledge, page: readonly ListedObject[]): { digests: readonly Buffer[]; kept: boolean } {
  const digests = page.map(({ key }) => keys.parseContentKey(key)).filter((digest) => digest !== undefined);
  const refused = digests.filter((digest) => !known.add(digest));
  return { digests, kept: refused.length === 0 };
}
