import type { Listed } from './list-groups.ts';

/** One step of the merge: what the two sides show at the same place; one of them at least is there. */
export interface ListedPair {
  readonly source?: Listed;
  readonly target?: Listed;
}

/**
 * Merges the sorted listings of both sides, one entry of each in memory. A failure of either side is thrown: nothing after it
 * is taken for missing.
 */
export async function* mergeListings(source: AsyncGenerator<Listed>, target: AsyncGenerator<Listed>): AsyncGenerator<ListedPair> {
  try {
    let from = await next(source);
    let to = await next(target);
    while (from !== undefined || to !== undefined) {
      const pair = firstOf(from, to);
      yield pair;
      if (pair.source !== undefined) from = await next(source);
      if (pair.target !== undefined) to = await next(target);
    }
  } finally {
    await source.return(undefined);
    await target.return(undefined);
  }
}

async function next(listing: AsyncGenerator<Listed>): Promise<Listed | undefined> {
  const step = await listing.next();
  return step.done === true ? undefined : step.value;
}

/** What comes first in the order of both. Orders are safe ids and slashes, so that comparing UTF-16 units is comparing bytes. */
function firstOf(from: Listed | undefined, to: Listed | undefined): ListedPair {
  if (from === undefined) return to === undefined ? {} : { target: to };
  if (to === undefined || from.order < to.order) return { source: from };
  return from.order === to.order ? { source: from, target: to } : { target: to };
}
