import { findFile, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import { findSnapshot } from './list-groups.ts';
import type { Skipped } from './report.ts';

/** Why a snapshot is pulled: it is new, it is the newest common one and changed, or its last attempt failed. */
export type PullReason = 'new' | 'changed' | 'retry';

export interface PullStep {
  readonly snapshot: ListedSnapshot;
  /** What the target has under the same name, finished or not. */
  readonly existing: ListedSnapshot | undefined;
  readonly reason: PullReason;
}

/** What is to be done for one group, oldest snapshot first. */
export interface GroupPlan {
  readonly pull: readonly PullStep[];
  readonly skipped: readonly Skipped[];
  /** Whether the target has snapshots but lacks files of the group itself, such as the owner that makes it visible. */
  readonly incomplete: boolean;
}

export interface GroupFacts {
  readonly source: ListedGroup;
  readonly target: ListedGroup;
  /** Snapshots whose last attempt failed. */
  readonly failed: ReadonlySet<string>;
  /** Whether the newest common snapshot, if its listing cannot tell, is known to be the same from when it was replicated. */
  readonly newestKnown: boolean;
}

/** The newest finished snapshot of the target and its original, when the source still has it. */
export function newestCommon(
  source: ListedGroup,
  target: ListedGroup,
  layout: Layout,
): [ListedSnapshot, ListedSnapshot] | undefined {
  const copy = target.snapshots.findLast((snapshot) => layout.isFinished(snapshot));
  const original = copy && findSnapshot(source, copy.name);
  return copy && original && layout.isFinished(original) ? [original, copy] : undefined;
}

/**
 * PBS's order and cut-offs (facts/pbs.md 4.1): all that is newer than the target's newest, the newest common one again if it
 * changed, nothing older; but what failed before is tried again, since it would otherwise stay a gap that nobody sees.
 */
export function planGroup(facts: GroupFacts, layout: Layout): GroupPlan {
  const { source, target } = facts;
  const newest = target.snapshots.findLast((snapshot) => layout.isFinished(snapshot))?.name;
  const pull: PullStep[] = [];
  const left = new Map<SkipReason, string[]>();

  for (const snapshot of source.snapshots) {
    const existing = findSnapshot(target, snapshot.name);
    const answer = judge({ snapshot, existing, newest, facts }, layout);
    if (answer === 'in-progress' || answer === 'older-than-newest')
      left.set(answer, [...(left.get(answer) ?? []), snapshot.name]);
    else if (answer !== 'copied') pull.push({ snapshot, existing, reason: answer });
  }
  const skipped = [...left].map(([reason, names]) => skip(reason, names));
  return { pull, skipped, incomplete: newest !== undefined && lacksGroupFiles(source, target) };
}

type SkipReason = 'in-progress' | 'older-than-newest';

interface Candidate {
  readonly snapshot: ListedSnapshot;
  readonly existing: ListedSnapshot | undefined;
  /** Name of the target's newest finished snapshot. */
  readonly newest: string | undefined;
  readonly facts: GroupFacts;
}

function judge({ snapshot, existing, newest, facts }: Candidate, layout: Layout): PullReason | SkipReason | 'copied' {
  if (!layout.isFinished(snapshot)) return 'in-progress';
  if (newest === undefined || snapshot.name > newest) return 'new';
  const copied = existing !== undefined && layout.isFinished(existing);
  if (!copied) return facts.failed.has(snapshot.name) ? 'retry' : 'older-than-newest';
  return snapshot.name === newest && changed(snapshot, existing, facts.newestKnown, layout) ? 'changed' : 'copied';
}

function changed(snapshot: ListedSnapshot, existing: ListedSnapshot, newestKnown: boolean, layout: Layout): boolean {
  const answer = layout.compare(snapshot, existing);
  return answer === 'different' || (answer === 'unknown' && !newestKnown);
}

/** The owner makes a group visible, notes describe it: whatever the source has of them the target should have too. */
function lacksGroupFiles(source: ListedGroup, target: ListedGroup): boolean {
  return source.files.some((file) => findFile(target.files, file.name) === undefined);
}

function skip(reason: SkipReason, names: readonly string[]): Skipped {
  return { reason, count: names.length, first: names[0] ?? '', last: names.at(-1) ?? '' };
}
