import type { Failure } from './group-record.ts';

/** At most so many other snapshots are named for one damaged chunk. */
const MAX_NAMED = 20;

/** Tells each failure over a damaged chunk which other snapshots of the run fail for the same one: repairing it repairs them all. */
export function nameSharedChunks(failures: readonly Failure[]): Failure[] {
  const needs = new Map<string, Set<string>>();
  for (const failure of failures) {
    for (const digest of digestsOf(failure)) needs.set(digest, (needs.get(digest) ?? new Set()).add(nameOf(failure)));
  }
  return failures.map((failure) => {
    const others = new Set(digestsOf(failure).flatMap((digest) => [...(needs.get(digest) ?? [])]));
    others.delete(nameOf(failure));
    return others.size === 0 ? failure : { ...failure, neededBy: [...others].sort().slice(0, MAX_NAMED) };
  });
}

function digestsOf({ digest, moreDigests = [] }: Failure): string[] {
  return digest === undefined ? [] : [digest, ...moreDigests];
}

function nameOf({ group, snapshot }: Failure): string {
  return [group, snapshot].filter((part) => part !== undefined).join('/');
}
