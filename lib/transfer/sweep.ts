import type { ListedObject, ObjectReader } from '../datastore/object-store.ts';
import type { DigestSet } from './digest-set.ts';
import { inFlight } from './in-flight.ts';
import { pulse } from './pulse.ts';
import { estimateObjects, KEYS_PER_LIST, sweepPrefixes } from './search-cost.ts';

const LISTINGS_AT_ONCE = 16;

/** Where content-addressed objects are and how their keys name them: below the prefix each begins with the hex of its digest. */
export interface ContentKeys {
  readonly contentPrefix: string;
  parseContentKey(key: string): Buffer | undefined;
}

interface Learning {
  readonly keys: ContentKeys;
  readonly known: DigestSet;
}

/** The first full page's worth of keys: all there is when the listing ends before, else a sample. Providers may send short pages. */
export async function measure(target: ObjectReader, learning: Learning): Promise<{ objects: number; complete: boolean }> {
  let seen = 0;
  let everything = true;
  for await (const page of target.list(learning.keys.contentPrefix)) {
    const { digests, kept } = remember(learning, page);
    everything &&= kept;
    seen += digests.length;
    const last = digests.at(-1);
    if (seen >= KEYS_PER_LIST && last !== undefined) return { objects: estimateObjects(seen, last), complete: false };
  }
  return { objects: seen, complete: everything };
}

export interface Swept {
  /** Those of the wanted digests that the target has, in latin1. */
  readonly found: ReadonlySet<string>;
  /** Whether all that the target has could be remembered. */
  readonly complete: boolean;
}

/** A sweep under way. */
export interface Sweep {
  /** Undefined when it had to stop: half a sweep would take what it has not seen for missing. */
  readonly done: Promise<Swept | undefined>;
  /** Waits for its end, whatever that is, with a beat for each of its pages. */
  follow(follower: Sweeper): Promise<void>;
}

/** Who waits for a sweep: `beat` is called after each page, and `stop` is true when there is no more time to wait. */
export interface Sweeper {
  readonly beat: () => Promise<void>;
  readonly stop?: () => boolean;
}

export interface SweepOptions {
  readonly unknown: readonly Buffer[];
  /** Objects on the target, about. */
  readonly objects: number;
  readonly search: Sweeper & { readonly target: ObjectReader };
}

/** Lists all content; which of `unknown` it shows is answered even when not everything can be remembered. */
export function sweep(learning: Learning, options: SweepOptions): Sweep {
  const pages = pulse();
  let ended = false;
  const done = listAll(learning, options, pages.beat).finally(() => {
    ended = true;
    pages.beat();
  });
  return {
    done,
    follow: async ({ beat, stop }) => {
      while (!ended && stop?.() !== true) {
        await pages.next();
        await beat();
      }
    },
  };
}

async function listAll(
  learning: Learning,
  { unknown, objects, search }: SweepOptions,
  seen: () => void,
): Promise<Swept | undefined> {
  const wanted = new Set(unknown.map((digest) => digest.toString('latin1')));
  const found = new Set<string>();
  let complete = true;
  const prefixes = sweepPrefixes(learning.keys.contentPrefix, objects);
  await inFlight(prefixes, { limit: LISTINGS_AT_ONCE }, async (prefix) => {
    for await (const page of search.target.list(prefix)) {
      const { digests, kept } = remember(learning, page);
      complete &&= kept;
      for (const key of digests.map((digest) => digest.toString('latin1'))) if (wanted.has(key)) found.add(key);
      seen();
      await search.beat();
      if (search.stop?.() === true) return;
    }
  });
  return search.stop?.() === true ? undefined : { found, complete };
}

function remember({ keys, known }: Learning, page: readonly ListedObject[]): { digests: readonly Buffer[]; kept: boolean } {
  const digests = page.map(({ key }) => keys.parseContentKey(key)).filter((digest) => digest !== undefined);
  const refused = digests.filter((digest) => !known.add(digest));
  return { digests, kept: refused.length === 0 };
}
