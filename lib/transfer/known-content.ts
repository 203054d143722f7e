import type { ObjectReader } from '../datastore/object-store.ts';
import { DigestSet } from './digest-set.ts';
import { cheapestWay, type SearchWay } from './search-cost.ts';
import { packDigests, unpackDigests, type SharedDigests } from './shared-digests.ts';
import { measure, sweep, type ContentKeys, type Sweep } from './sweep.ts';

/** Digests remembered of one target: 2^20 of them take 66 MiB (half as much again while the set grows), and stand for 4 TiB of 4 MiB chunks. */
export const MAX_KNOWN_DIGESTS = 1_048_576;

/** Whether the target has the content; `ask`: a HEAD is the cheapest way to know. */
export type Presence = 'present' | 'missing' | 'ask';

/** The content of the group's newest copy, which its indexes name. */
export interface CopyIndexes {
  /** Requests that reading them takes; undefined: they were read, or lend nothing. */
  readonly requests: number | undefined;
  /** Adds what they name to what is known. */
  read(): Promise<void>;
}

/** Who searches, and what may help. */
export interface Search {
  readonly target: ObjectReader;
  /** Called after each page of a long search. What it throws ends the search. */
  readonly beat: () => Promise<void>;
  /** True when the search has to end. */
  readonly stop?: () => boolean;
  readonly indexes?: CopyIndexes;
  /** Groups of the run that need to know too; asked for when the answer matters, 1 by default. */
  readonly sharers?: () => Promise<number>;
  readonly shared?: SharedDigests;
}

/** What is known of the content on one target, by all who work on it in this process. */
export interface KnownContent {
  /** Call when the target is known to have it. */
  add(digest: Buffer): void;
  has(digest: Buffer): boolean;
  /** One answer for each digest, in their order, found by the fewest requests; who asks at the same time shares them. */
  locate(digests: readonly Buffer[], search: Search): Promise<Presence[]>;
}

interface Knowledge {
  readonly keys: ContentKeys;
  readonly known: DigestSet;
  /** Objects on the target: estimated from how densely the first page of them lies. */
  objects: number | undefined;
  measuring: Promise<void> | undefined;
  /** Whether every digest on the target is known. */
  complete: boolean;
  /** Whether another worker of the run left what it found; undefined: not looked for yet. */
  others: Promise<boolean> | undefined;
  /** Requests spent on single questions since the last sweep: many small questions are worth one sweep too. */
  spent: number;
  sweeping: Sweep | undefined;
}

export function knownContent(keys: ContentKeys, capacity: number = MAX_KNOWN_DIGESTS): KnownContent {
  const known = new DigestSet(capacity);
  const knowledge: Knowledge = {
    ...{ keys, known, objects: undefined, measuring: undefined, complete: false },
    ...{ others: undefined, spent: 0, sweeping: undefined },
  };
  return {
    add: (digest) => {
      if (!known.add(digest)) knowledge.complete = false;
    },
    has: (digest) => known.has(digest),
    locate: (digests, search) => locate(knowledge, digests, search),
  };
}

async function locate(knowledge: Knowledge, digests: readonly Buffer[], search: Search): Promise<Presence[]> {
  if (unknownOf(knowledge, digests).length > 0) await measureOnce(knowledge, search);
  for (let unknown = unknownOf(knowledge, digests); unknown.length > 0; unknown = unknownOf(knowledge, digests)) {
    const way = await wayOf(knowledge, unknown.length, search);
    // Others may have found out meanwhile.
    if (unknownOf(knowledge, digests).length === 0) break;
    if (way === 'sweep' && knowledge.sweeping === undefined) {
      return answers(knowledge, digests, await sweepAlone(knowledge, unknown, search));
    }
    await learn(knowledge, way, unknown.length, search);
    if (way === 'heads' || search.stop?.() === true) break;
  }
  return answers(knowledge, digests);
}

/** Learns by what is cheap: from a sweep that somebody else is at, or the indexes; what is asked for one by one is only counted. */
async function learn(knowledge: Knowledge, way: SearchWay, unknown: number, search: Search): Promise<void> {
  if (way === 'sweep') await knowledge.sweeping?.follow(search);
  if (way === 'indexes') {
    knowledge.spent += search.indexes?.requests ?? 0;
    await search.indexes?.read();
  }
  if (way === 'heads') knowledge.spent += unknown;
}

/** `found`: digests that a sweep has just shown, though there may have been no room to remember them. */
function answers({ known, complete }: Knowledge, digests: readonly Buffer[], found?: ReadonlySet<string>): Presence[] {
  return digests.map((digest) => {
    if (known.has(digest) || found?.has(digest.toString('latin1')) === true) return 'present';
    return complete || found !== undefined ? 'missing' : 'ask';
  });
}

function unknownOf({ complete, known }: Knowledge, digests: readonly Buffer[]): readonly Buffer[] {
  return complete ? [] : digests.filter((digest) => !known.has(digest));
}

/** The worker fills the target itself: what it knows to be there is the least there is. */
function leastObjects({ objects = 0, known }: Knowledge): number {
  return Math.max(objects, known.size);
}

async function measureOnce(knowledge: Knowledge, search: Search): Promise<void> {
  if (knowledge.objects !== undefined) return;
  knowledge.measuring ??= measureNow(knowledge, search).finally(() => void (knowledge.measuring = undefined));
  await knowledge.measuring;
}

async function measureNow(knowledge: Knowledge, { target }: Search): Promise<void> {
  const { objects, complete } = await measure(target, knowledge);
  knowledge.complete = complete;
  knowledge.objects = objects;
}

async function wayOf(knowledge: Knowledge, unknown: number, search: Search): Promise<SearchWay> {
  const objects = leastObjects(knowledge);
  const sharers = objects > knowledge.known.capacity ? 1 : ((await search.sharers?.()) ?? 1);
  const way = cheapestWay({ objects, unknown, spent: knowledge.spent, sharers, indexes: search.indexes?.requests });
  if (way === 'sweep' && sharers > 1) await takeShared(knowledge, search);
  return way;
}

/**
 * What another worker of the run has found, in another process. It is as good as a sweep of that time: what came since is guarded
 * by the condition of each PUT.
 */
async function takeShared(knowledge: Knowledge, { shared }: Search): Promise<void> {
  knowledge.others ??= loadShared(knowledge, shared).catch((error: unknown) => {
    knowledge.others = undefined;
    throw error;
  });
  await knowledge.others;
}

async function loadShared(knowledge: Knowledge, shared: SharedDigests | undefined): Promise<boolean> {
  const packed = await shared?.load();
  const isThere = packed !== undefined && unpackDigests(packed, knowledge.known);
  knowledge.complete ||= isThere;
  return isThere;
}

/** The digests of `unknown` that the target has; undefined when the search had to stop. */
async function sweepAlone(
  knowledge: Knowledge,
  unknown: readonly Buffer[],
  search: Search,
): Promise<ReadonlySet<string> | undefined> {
  const running = sweep(knowledge, { unknown, objects: leastObjects(knowledge), search });
  knowledge.sweeping = running;
  const swept = await running.done.finally(() => void (knowledge.sweeping = undefined));
  if (swept === undefined) return undefined;
  knowledge.spent = 0;
  knowledge.complete = swept.complete;
  if (swept.complete && ((await search.sharers?.()) ?? 1) > 1) await search.shared?.save(packDigests(knowledge.known));
  return swept.found;
}
