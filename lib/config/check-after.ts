import type { Placed } from './check-datastores.ts';
import type { Fault } from './fault.ts';
import type { JobEntry } from './job-schema.ts';
import { suggestKey } from './nearest-key.ts';
import type { ShowValue } from './schema-faults.ts';
import { followedJobs } from './trigger-options.ts';

type Job = Placed<JobEntry>;

/** What is wrong with the jobs that others come after: one that there is not, and circles, which would never come to rest. */
export function checkAfter(jobs: readonly Job[], show: ShowValue): readonly Fault[] {
  const ids = jobs.flatMap(({ entry }) => (entry.id === undefined ? [] : [entry.id]));
  const followed = new Map(jobs.flatMap(({ entry }) => (entry.id === undefined ? [] : [[entry.id, followedJobs(entry)]])));
  return jobs.flatMap(({ path, entry }) => {
    const at = [...path, 'after'];
    return followedJobs(entry).flatMap((other): readonly Fault[] => {
      if (!ids.includes(other))
        return [{ path: at, problem: `${show(at, other)} is no job of this file; ${suggestKey(other, ids)}` }];
      const circle = entry.id === undefined ? undefined : pathBetween(followed, other, entry.id);
      if (circle === undefined || entry.id === undefined) return [];
      const way = [entry.id, ...circle].join(' after ');
      return [{ path: at, problem: `goes in a circle, ${way}, which would never end; take one of them out` }];
    });
  });
}

/** From a job by those that it comes after to another one; undefined: there is no way. */
function pathBetween(
  followed: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
  seen: readonly string[] = [],
): readonly string[] | undefined {
  if (from === to) return [to];
  if (seen.includes(from)) return undefined;
  for (const next of followed.get(from) ?? []) {
    const rest = pathBetween(followed, next, to, [...seen, from]);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
