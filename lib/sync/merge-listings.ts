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
    let left = await source.next();
    let right = await target.next();
    while (left.done !== true || right.done !== true) {
      const from = left.done === true ? undefined : left.value;
      const to = right.done === true ? undefined : right.value;
      const order = compareOrder(from, to);
      if (order <= 0 && from !== undefined) left = await source.next();
      if (order >= 0 && to !== undefined) right = await target.next();
      yield { ...(order <= 0 && from !== undefined && { source: from }), ...(order >= 0 && to !== undefined && { target: to }) };
    }
  } finally {
    await source.return(undefined);
    await target.return(undefined);
  }
}

/** Orders are safe ids and slashes, so that comparing UTF-16 units is comparing bytes. */
function compareOrder(left: Listed | undefined, right: Listed | undefined): number {
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  if (left.order === right.order) return 0;
  return left.order < right.order ? -1 : 1;
}
