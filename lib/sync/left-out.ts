import type { Skipped } from './report/group-record.ts';

/** What is left out of a group, by reason, in the order in which the reasons came up. */
export interface LeftOut {
  add(reason: Skipped['reason'], snapshot: string): void;
  list(): Skipped[];
}

/** Goes on from what was left out before; snapshots are added oldest first. */
export function leftOut(before: readonly Skipped[] = []): LeftOut {
  const left = new Map<Skipped['reason'], Skipped>();
  const include = ({ reason, count, first, last }: Skipped): void => {
    const so = left.get(reason);
    left.set(reason, { reason, count: (so?.count ?? 0) + count, first: so?.first ?? first, last });
  };
  before.forEach(include);
  return {
    add: (reason, snapshot) => include({ reason, count: 1, first: snapshot, last: snapshot }),
    list: () => [...left.values()],
  };
}
