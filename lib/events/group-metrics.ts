import { formatGroup } from '../datastore/group.ts';
import type { JobHealth } from '../sync/health/health.ts';
import { secondsSince } from '../sync/report/lag.ts';
import { GROUP_METRICS } from './metric-names.ts';
import type { MetricSet } from './metrics.ts';

/** Groups that are told one by one at each watch, those furthest behind first: 500 lines every quarter of an hour are 0.4 GB of log a month. */
const MAX_GROUPS = 500;

export interface GroupNumbers {
  readonly job: string;
  /** As in all lines of the log: root is empty, for which the logger leaves it out, and the group is vm/100. */
  readonly namespace: string;
  readonly group: string;
  readonly GroupLagSeconds: number;
  readonly GroupSnapshotsMissing: number;
}

/** The groups that are told one by one; without `current`, only those that lack something. */
export function groupNumbers(
  { job, at, groups }: JobHealth,
  { current }: { readonly current: boolean },
): readonly GroupNumbers[] {
  return groups
    .filter(({ missing }) => current || missing > 0)
    .map((behind) => ({
      ...{ job, namespace: behind.group.namespace, group: behind.group.name },
      ...{ GroupLagSeconds: secondsSince(behind.since, Date.parse(at)), GroupSnapshotsMissing: behind.missing },
    }))
    .toSorted((a, b) => b.GroupLagSeconds - a.GroupLagSeconds || b.GroupSnapshotsMissing - a.GroupSnapshotsMissing)
    .slice(0, MAX_GROUPS);
}

/** The same as metrics with the dimension `group`, a/b/vm/100: two series a group, each of which costs. */
export function groupMetrics(groups: readonly GroupNumbers[]): readonly MetricSet[] {
  return groups.map(({ job, namespace, group, GroupLagSeconds, GroupSnapshotsMissing }) => ({
    dimensions: { job, group: formatGroup({ namespace, name: group }) },
    values: [
      [GROUP_METRICS.lag, GroupLagSeconds],
      [GROUP_METRICS.missing, GroupSnapshotsMissing],
    ],
  }));
}
