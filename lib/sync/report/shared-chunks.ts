import { formatGroup } from '../../datastore/group.ts';
import type { GroupOutcome } from './gather-outcomes.ts';
import type { Failure } from './group-record.ts';

/** At most so many other snapshots are named for one failure; `neededByCount` counts all. */
export const MAX_NEEDED_BY = 100;

/**
 * Tells each failure over damaged chunks which other snapshots of the run fail for one of them: repairing it repairs them all.
 * `outcomes` are all of the run: what the report has no room to name by itself is named here.
 *
 * A snapshot that needs a chunk which neither side has cannot arrive, so all that need it are among the failed ones: but for
 * those that failed before their chunks were looked at, and those with more damage than one failure names.
 */
export async function nameSharedChunks(
  failures: readonly Failure[],
  outcomes: () => AsyncIterable<GroupOutcome>,
): Promise<Failure[]> {
  const needing = Map.groupBy(
    failures.flatMap((failure, at) => digestsOf(failure).map((digest) => ({ digest, at }))),
    ({ digest }) => digest,
  );
  if (needing.size === 0) return [...failures];
  const others = failures.map(() => ({ named: [] as string[], count: 0 }));
  for await (const { group, outcome } of outcomes()) {
    if (outcome.outcome !== 'failed') continue;
    const name = `${formatGroup(group)}/${outcome.snapshot}`;
    const hit = new Set(digestsOf(outcome.failure).flatMap((digest) => (needing.get(digest) ?? []).map(({ at }) => at)));
    for (const at of hit) if (name !== nameOf(failures[at])) note(others[at], name);
  }
  return failures.map((failure, at) => withOthers(failure, others[at]));
}

interface Others {
  readonly named: string[];
  count: number;
}

function note(others: Others | undefined, name: string): void {
  if (others === undefined) return;
  others.count += 1;
  if (others.named.length < MAX_NEEDED_BY) others.named.push(name);
}

function withOthers(failure: Failure, others: Others | undefined): Failure {
  return others === undefined || others.count === 0
    ? failure
    : { ...failure, neededBy: others.named, neededByCount: others.count };
}

function digestsOf({ digest, moreDigests = [] }: Failure): string[] {
  return digest === undefined ? [] : [digest, ...moreDigests];
}

function nameOf(failure: Failure | undefined): string {
  return [failure?.group, failure?.snapshot].filter((part) => part !== undefined).join('/');
}
