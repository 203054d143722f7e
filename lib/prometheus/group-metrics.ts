import type { GroupBehind } from '../sync/health/health.ts';
import { secondsSince } from '../sync/report/lag.ts';
import type { Family, Sample } from './exposition.ts';
import type { JobNumbers } from './job-numbers.ts';

/** Groups that have series of their own, over all jobs: 20,000 make some 4 MB of text. Those furthest behind have room first. */
export const MAX_GROUP_SERIES = 20_000;

export const GROUP_LAG: Family = {
  name: 'flotilla_group_lag_seconds',
  type: 'gauge',
  help: "Age of the group's oldest source snapshot that is newer than its newest copy; 0 where it is up to date.",
};
export const GROUP_MISSING: Family = {
  name: 'flotilla_group_missing_snapshots',
  type: 'gauge',
  help: 'Source snapshots of the group that the job would copy and the target lacks.',
};
export const GROUPS_LEFT_OUT: Family = {
  name: 'flotilla_group_series_left_out',
  type: 'gauge',
  help: 'Groups that have no series of their own here, since others are further behind.',
};

export interface GroupNumbers {
  readonly job: string;
  readonly group: GroupBehind;
  /** 0 where it is up to date. */
  readonly lagSeconds: number;
}

/** The groups of all jobs, the furthest behind first and then by name, and how many of each job have no room. */
export function pickGroups(
  jobs: readonly JobNumbers[],
  most: number,
): { picked: readonly GroupNumbers[]; leftOut: ReadonlyMap<string, number> } {
  const all = jobs.flatMap(({ health: { job, at, groups } }) =>
    groups.map((group) => ({ job, group, lagSeconds: secondsSince(group.since, Date.parse(at)) })),
  );
  const inOrder =
    all.length > most ? all.toSorted((a, b) => b.lagSeconds - a.lagSeconds || b.group.missing - a.group.missing) : all;
  const leftOut = new Map(jobs.map(({ health }) => [health.job, 0]));
  for (const { job } of inOrder.slice(most)) leftOut.set(job, (leftOut.get(job) ?? 0) + 1);
  return { picked: inOrder.slice(0, most), leftOut };
}

/** A sample of each group, as `value` says. */
export function groupSamples(groups: readonly GroupNumbers[], value: (numbers: GroupNumbers) => number): readonly Sample[] {
  return groups.map((numbers) => {
    const { job, group } = numbers;
    return { labels: { job, namespace: group.group.namespace, group: group.group.name }, value: value(numbers) };
  });
}
