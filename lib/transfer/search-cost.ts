/** A LIST costs as much as 12.5 HEADs or GETs (facts/aws.md 3.1: $0.005 and $0.0004 per 1,000). */
export const HEADS_PER_LIST = 12.5;

export const KEYS_PER_LIST = 1000;

/** A target of more pages is swept in parts side by side: one page after the other would outlast a Lambda call. */
const MAX_PAGES_IN_A_ROW = 64;

/** Of a snapshot's chunks, the part that the snapshot before it lacks: what is asked for one by one after its indexes were read. */
const NEW_SHARE = 0.05;

/** What is known of a search for digests on the target, in requests of the price of a HEAD. */
export interface SearchFacts {
  /** Content-addressed objects on the target, at least. */
  readonly objects: number;
  /** Digests of which it is not known whether the target has them. */
  readonly unknown: number;
  /** What was spent on such questions since the last sweep, by all who share the knowledge. */
  readonly spent: number;
  /** Groups of the run that what a sweep finds serves; 1 where it cannot be kept. */
  readonly sharers: number;
  /** Requests that read the indexes of the group's newest copy; undefined: there is none, or they were read. */
  readonly indexes: number | undefined;
}

/** `indexes`: read those of the newest copy first, since most of the next snapshot is the same. */
export type SearchWay = 'sweep' | 'indexes' | 'heads';

/**
 * The cheapest way to find out. A sweep is paid once and serves all groups, so it is worth its price when the other ways would
 * cost them more together, or have done so already.
 */
export function cheapestWay({ objects, unknown, spent, sharers, indexes }: SearchFacts): SearchWay {
  const withIndexes = indexes === undefined ? Infinity : indexes + unknown * NEW_SHARE;
  const otherwise = Math.min(unknown, withIndexes);
  if (Math.ceil(objects / KEYS_PER_LIST) * HEADS_PER_LIST < spent + otherwise * sharers) return 'sweep';
  return withIndexes < unknown ? 'indexes' : 'heads';
}

/** Digests are uniform, so the share of the key space that one full page covers tells how many pages there are. */
export function estimateObjects(keysInPage: number, last: Buffer): number {
  const share = (last.readUInt32BE(0) + 1) / 2 ** 32;
  return Math.ceil(keysInPage / share);
}

/** Prefixes that together cover all content: one, or one for each first hex digit. */
export function sweepPrefixes(contentPrefix: string, objects: number): string[] {
  if (objects <= MAX_PAGES_IN_A_ROW * KEYS_PER_LIST) return [contentPrefix];
  return Array.from('0123456789abcdef', (digit) => `${contentPrefix}${digit}`);
}
