import { findFile, type ListedFile, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { Job } from './job.ts';
import { leftOut } from './left-out.ts';
import { findSnapshot } from './list-groups.ts';
import type { Skipped } from './report/group-record.ts';
import type { Replica } from './run-store.ts';
import type { SkipReason } from './skip-reasons.ts';

/**
 * Why a snapshot is looked at: it is new, it fills a gap below the newest copy, its last attempt failed, it was copied and has
 * changed since, it was copied and only other files than its commit marker came later, or its copy is to be checked for damage
 * that PBS found.
 */
const PULL_REASONS = ['new', 'gap', 'retry', 'changed', 'added', 'check'] as const;
export type PullReason = (typeof PULL_REASONS)[number];

export interface PullStep {
  readonly snapshot: ListedSnapshot;
  /** What the target has under the same name, finished or not. */
  readonly existing: ListedSnapshot | undefined;
  readonly reason: PullReason;
}

/** What is to be done for one group, oldest snapshot first. */
export interface GroupPlan {
  readonly pull: readonly PullStep[];
  /** What `transfer-last` does not let pass by the listing: the next of them goes when one that it let pass does not read. */
  readonly withheld: readonly PullStep[];
  readonly skipped: readonly Skipped[];
  /** Whether the target has snapshots but lacks files of the group itself, such as the owner that makes it visible. */
  readonly incomplete: boolean;
  /** Name of the newest finished snapshot on the target. */
  readonly newest: string | undefined;
  /** Name of the newest of those whose original the source has, finished; '' when there is none. */
  readonly newestCommon: string;
  /** Names of the snapshots that a newer copy holds back. */
  readonly heldBack: readonly string[];
}

/** The options of a job that decide which snapshots go. */
export type PlanOptions = Pick<
  Job,
  'transferLast' | 'fillGaps' | 'carryMarks' | 'resyncCorrupt' | 'verifiedOnly' | 'encryptedOnly'
>;

export interface GroupFacts {
  readonly source: ListedGroup;
  readonly target: ListedGroup;
  /** Snapshots whose last attempt failed. */
  readonly failed: ReadonlySet<string>;
  /** What is known of copies whose listing differs from the source's; empty where `isListingEnough`. */
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly options: PlanOptions;
}

/** Whether the listings alone tell that all common snapshots are the same, so that the replica catalogue need not be asked. */
export function isListingEnough(source: ListedGroup, target: ListedGroup, layout: Layout): boolean {
  const originals = new Map(source.snapshots.map((original) => [original.name, original]));
  return target.snapshots.every((copy) => {
    const original = originals.get(copy.name);
    const common = original !== undefined && layout.isFinished(original) && layout.isFinished(copy);
    return !common || layout.compare(original, copy) === 'same';
  });
}

/**
 * PBS's order and cut-offs (facts/pbs.md 4.1): all that is newer than the target's newest, the newest common one again if it
 * changed, nothing older. Other than PBS: what failed before is tried again, since it would otherwise stay a gap that nobody
 * sees; `fill-gaps` copies older ones too; and with `carry-marks` older copies follow when their original changed. What is older
 * than a copy that the source knows nothing of, and newer than all it knows, is held back by that copy: a run says so loudly.
 */
export function planGroup(facts: GroupFacts, layout: Layout): GroupPlan {
  const { source, target, options } = facts;
  const copies = new Map(target.snapshots.map((copy) => [copy.name, copy]));
  const cutoff = filtersManifests(options) ? '' : cutoffOf(source, options.transferLast, layout);
  const newest = target.snapshots.findLast((snapshot) => layout.isFinished(snapshot))?.name;
  const seen: Seen = { facts, newest, newestCommon: newestCommon(source, copies, layout), cutoff };
  const [pull, withheld]: [PullStep[], PullStep[]] = [[], []];
  const heldBack: string[] = [];
  const left = leftOut();

  for (const snapshot of source.snapshots) {
    const candidate: Candidate = { ...seen, snapshot, existing: copies.get(snapshot.name) };
    const answer = judge(candidate, layout);
    if (isReason(answer)) {
      const step = { snapshot, existing: candidate.existing, reason: answer };
      (isCut(step, cutoff) ? withheld : pull).push(step);
    } else if (answer !== 'copied') left.add(answer, snapshot.name);
    if (answer === 'held-back') heldBack.push(snapshot.name);
  }
  for (const { snapshot } of withheld) left.add('transfer-last', snapshot.name);
  const incomplete = newest !== undefined && lacksGroupFiles(facts, layout);
  return { pull, withheld, skipped: left.list(), incomplete, newest, newestCommon: seen.newestCommon, heldBack };
}

/** Newest copy whose original is there, finished; '' when there is none. */
function newestCommon(source: ListedGroup, copies: ReadonlyMap<string, ListedSnapshot>, layout: Layout): string {
  const isCommon = (original: ListedSnapshot): boolean => {
    const copy = copies.get(original.name);
    return copy !== undefined && layout.isFinished(original) && layout.isFinished(copy);
  };
  return source.snapshots.findLast(isCommon)?.name ?? '';
}

/** `transfer-last` says what is copied; what was copied is kept in step, and checked for damage, whatever its age. */
export function isCut(
  { snapshot, reason }: { snapshot: ListedSnapshot; reason: PullReason | 'corrupt' },
  cutoff: string,
): boolean {
  return snapshot.name < cutoff && (reason === 'new' || reason === 'gap' || reason === 'retry');
}

/** Whether manifests have to be read to know which snapshots may go. */
export function filtersManifests({ verifiedOnly, encryptedOnly }: PlanOptions): boolean {
  return verifiedOnly || encryptedOnly;
}

/** The oldest of the newest finished snapshots that `transfer-last` lets pass; '': all pass. */
function cutoffOf(source: ListedGroup, count: number | undefined, layout: Layout): string {
  if (count === undefined) return '';
  return source.snapshots.filter((snapshot) => layout.isFinished(snapshot)).at(-count)?.name ?? '';
}

/** What a plan has seen of both sides before it looks at one snapshot. */
interface Seen {
  readonly facts: GroupFacts;
  /** Name of the target's newest finished snapshot. */
  readonly newest: string | undefined;
  readonly newestCommon: string;
  /** The oldest snapshot that `transfer-last` lets pass. */
  readonly cutoff: string;
}

interface Candidate extends Seen {
  readonly snapshot: ListedSnapshot;
  readonly existing: ListedSnapshot | undefined;
}

type Judgement = PullReason | SkipReason | 'copied';

function isReason(answer: Judgement): answer is PullReason {
  return PULL_REASONS.some((reason) => reason === answer);
}

function judge(candidate: Candidate, layout: Layout): Judgement {
  const { snapshot, existing, newest } = candidate;
  if (!layout.isFinished(snapshot)) return 'in-progress';
  if (newest === undefined || snapshot.name > newest) return 'new';
  if (existing === undefined || !layout.isFinished(existing)) return judgeMissing(candidate);
  return judgeCopy(candidate, existing, layout);
}

function judgeCopy(candidate: Candidate, existing: ListedSnapshot, layout: Layout): Judgement {
  const { snapshot, newest, facts } = candidate;
  // As one that changed, since `transfer-last` is not about copies that are there.
  if (facts.failed.has(snapshot.name) && layout.compare(snapshot, existing) !== 'same') return 'changed';
  if (snapshot.name === newest || facts.options.carryMarks) {
    const change = changeOf(candidate, existing, layout);
    if (change !== undefined) return change;
  }
  // A copy whose manifest is the original's was found damaged by nobody: PBS would have written so into it.
  return facts.options.resyncCorrupt && layout.compare(snapshot, existing) !== 'same' ? 'check' : 'copied';
}

function judgeMissing({ snapshot: { name }, newestCommon: common, cutoff, facts }: Candidate): Judgement {
  if (facts.failed.has(name)) return 'retry';
  if (facts.options.fillGaps) return 'gap';
  return name > common && name >= cutoff ? 'held-back' : 'older-than-newest';
}

/**
 * How the copy has to follow its original. When the original's commit marker is the one that was replicated, only files
 * that the copy lacks count: PBS itself rewrites the manifest of a copy that it verified.
 */
function changeOf({ snapshot, newest, facts }: Candidate, copy: ListedSnapshot, layout: Layout): 'changed' | 'added' | undefined {
  const marker = layout.commitMarker(snapshot);
  const replicated = facts.replicas.get(snapshot.name)?.sourceEtag;
  if (replicated !== undefined && replicated === marker?.etag) {
    const lacks = ({ name, size }: ListedFile): boolean => name !== marker.name && findFile(copy.files, name)?.size !== size;
    return snapshot.files.some(lacks) ? 'added' : undefined;
  }
  const answer = layout.compare(snapshot, copy);
  const changed = answer === 'different' || (answer === 'unknown' && (replicated !== undefined || snapshot.name === newest));
  return changed ? 'changed' : undefined;
}

/**
 * The owner makes a group visible, notes describe it: whatever the source has of them the target should have too. With
 * `carry-marks` notes that changed follow; of the same length only where ETags can be compared, which encryption at rest prevents.
 */
function lacksGroupFiles({ source, target, options }: GroupFacts, layout: Layout): boolean {
  if (layout.groupFiles.some((name) => findFile(target.files, name) === undefined)) return true;
  return source.files.some((file) => {
    const copy = findFile(target.files, file.name);
    if (copy === undefined) return true;
    if (!options.carryMarks || !layout.isGroupMark(file.name)) return false;
    return copy.size !== file.size || (copy.etag !== file.etag && haveComparableEtags(source, target));
  });
}

/** Whether some file of a common snapshot has the same ETag on both sides. */
function haveComparableEtags(source: ListedGroup, target: ListedGroup): boolean {
  return target.snapshots.some((copy) =>
    findSnapshot(source, copy.name)?.files.some((file) => findFile(copy.files, file.name)?.etag === file.etag),
  );
}
