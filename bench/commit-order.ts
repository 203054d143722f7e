import { PREFIX } from './buckets.ts';
import type { SnapshotNeeds } from './make-datastore.ts';

/** Whether a reader of the target ever saw a snapshot that could not be restored. */
export interface CommitOrder {
  /** Snapshots whose manifest was visible. */
  readonly visible: number;
  /** Of those, how many were so before all that they need, or without it. */
  readonly torn: number;
  /** The longest time that one was; Infinity: to the end. */
  readonly longestSeconds: number;
}

/** Judges the order in which objects became visible: key in the bucket, and ms of one clock. */
export function judgeOrder(needs: readonly SnapshotNeeds[], visible: ReadonlyMap<string, number>): CommitOrder {
  const at = (key: string): number | undefined => visible.get(`${PREFIX}/${key}`);
  const late = needs.flatMap(({ manifest, objects }) => {
    const manifestAt = at(manifest);
    if (manifestAt === undefined) return [];
    return [Math.max(0, ...objects.map((key) => (at(key) ?? Infinity) - manifestAt))];
  });
  return {
    visible: late.length,
    torn: late.filter((ms) => ms > 0).length,
    longestSeconds: late.reduce((longest, ms) => Math.max(longest, ms), 0) / 1000,
  };
}
