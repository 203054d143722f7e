import { formatGroup, type Group, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import { DataError } from '../errors.ts';
import type { Job } from './job.ts';
import { findSnapshot, listGroups, type Listed } from './list-groups.ts';
import { mergeListings } from './merge-listings.ts';
import { namespaceChain, targetNamespace } from './namespaces.ts';

/** A run removes at most this share of the target's snapshots; more looks like a mistake at the source, and is refused. */
export const MAX_REMOVED_SHARE = 0.25;

/** One thing to remove, its keys in the order in which they go: what makes it visible first. */
export interface Removal {
  readonly kind: 'snapshot' | 'group' | 'namespace';
  readonly group: Group;
  readonly snapshot?: string;
  readonly keys: readonly string[];
}

/** What is to be removed from the target, in order, and what stays although it vanished. */
export interface RemovalPlan {
  readonly removals: readonly Removal[];
  readonly kept: readonly string[];
}

interface Listings {
  readonly job: Job;
  readonly layout: Layout;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
}

interface Draft {
  readonly removals: Removal[];
  readonly kept: string[];
  readonly wanted: Set<string>;
  readonly present: Set<string>;
  readonly needed: Set<string>;
  sourceSnapshots: number;
  targetSnapshots: number;
}

/**
 * What the target has and the source no longer has, from two complete listings: any failure of either is thrown, so that
 * nothing is planned from half a listing. Throws a `DataError` REMOVAL_REFUSED when the source looks lost rather than pruned.
 */
export async function planRemoval(listings: Listings): Promise<RemovalPlan> {
  const { job, layout, source, target } = listings;
  const draft: Draft = {
    ...{ removals: [], kept: [], wanted: new Set(namespaceChain(job.targetNamespace)), present: new Set(), needed: new Set() },
    ...{ sourceSnapshots: 0, targetSnapshots: 0 },
  };
  const pairs = mergeListings(listGroups(source, layout, job.namespace), listGroups(target, layout, job.targetNamespace));
  for await (const pair of pairs) {
    if (pair.source !== undefined) lookAtSource(draft, job, pair.source);
    if (pair.target?.kind === 'namespace') draft.present.add(pair.target.namespace);
    if (pair.target?.kind === 'group') {
      compareGroup(draft, layout, pair.source?.kind === 'group' ? pair.source.listed : undefined, pair.target.listed);
    }
  }
  removeNamespaces(draft, layout);
  guard(draft, job);
  return { removals: draft.removals, kept: draft.kept };
}

function lookAtSource(draft: Draft, job: Job, source: Listed): void {
  if (source.kind === 'namespace') return want(draft, targetNamespace(job, source.namespace));
  want(draft, targetNamespace(job, source.listed.group.namespace));
  draft.sourceSnapshots += source.listed.snapshots.length;
}

function want({ wanted }: Draft, namespace: string): void {
  for (const name of namespaceChain(namespace)) wanted.add(name);
}

function compareGroup(draft: Draft, layout: Layout, source: ListedGroup | undefined, target: ListedGroup): void {
  draft.targetSnapshots += target.snapshots.length;
  const vanished = target.snapshots.filter(({ name }) => source === undefined || findSnapshot(source, name) === undefined);
  const removable = vanished.filter((snapshot) => !layout.isProtected(snapshot));
  for (const snapshot of removable) draft.removals.push(snapshotRemoval(layout, target.group, snapshot));
  for (const { name } of vanished.filter((snapshot) => layout.isProtected(snapshot))) {
    draft.kept.push(`${formatGroup(target.group)}/${name} (protected)`);
  }
  const group = source === undefined && removable.length === target.snapshots.length;
  if (group) draft.removals.push(groupRemoval(layout, target));
  else for (const name of namespaceChain(target.group.namespace)) draft.needed.add(name);
}

/** The commit marker first, alone: after it the rest is invisible. */
function snapshotRemoval(layout: Layout, group: Group, snapshot: ListedSnapshot): Removal {
  const prefix = layout.snapshotPrefix(group, snapshot.name);
  const marker = layout.commitMarker(snapshot);
  const rest = snapshot.files.filter(({ name }) => name !== marker?.name);
  const names = [...(marker === undefined ? [] : [marker]), ...rest].map(({ name }) => name);
  return { kind: 'snapshot', group, snapshot: snapshot.name, keys: names.map((name) => `${prefix}${name}`) };
}

function groupRemoval(layout: Layout, { group, files }: ListedGroup): Removal {
  const prefix = layout.groupPrefix(group);
  return { kind: 'group', group, keys: files.map(({ name }) => `${prefix}${name}`) };
}

/** Children first; a namespace that still holds a group, or that the source has, stays. */
function removeNamespaces({ removals, wanted, present, needed }: Draft, layout: Layout): void {
  const gone = [...present].filter((name) => !wanted.has(name) && !needed.has(name));
  gone.sort((left, right) => right.split('/').length - left.split('/').length || (left < right ? -1 : 1));
  for (const namespace of gone) {
    removals.push({ kind: 'namespace', group: { namespace, name: '' }, keys: [layout.namespaceMarker(namespace)] });
  }
}

function guard({ removals, sourceSnapshots, targetSnapshots }: Draft, job: Job): void {
  const snapshots = removals.filter(({ kind }) => kind === 'snapshot').length;
  if (removals.length === 0) return;
  if (sourceSnapshots > 0 && snapshots <= targetSnapshots * MAX_REMOVED_SHARE) return;
  const why =
    sourceSnapshots === 0
      ? 'the source has no snapshot at all'
      : `${String(snapshots)} of the target's ${String(targetSnapshots)} snapshots are no longer on the source, more than a quarter`;
  const message =
    `remove-vanished of job ${job.id} is refused and nothing was removed: ${why};` +
    ' if that is right, remove them on the target in PBS, else repair the source';
  throw new DataError('REMOVAL_REFUSED', message, { context: { job: job.id } });
}
