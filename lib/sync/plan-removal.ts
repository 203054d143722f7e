import { formatGroup, type Group, type ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { listGroups, type Listed } from './list-groups.ts';
import { mergeListings, type ListedPair } from './merge-listings.ts';
import { namespaceChain, sourceNamespace, targetNamespace } from './namespaces.ts';
import { guardRemoval } from './guard-removal.ts';
import { planGroupRemoval, type GroupRemoval } from './plan-group-removal.ts';
import { isInDepth, isInScope } from './scope.ts';

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

export interface RemovalSides {
  readonly job: Job;
  readonly layout: Layout;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
  /** Whether this run could not bring the group (of the source) up to date: nothing of it is removed. Undefined: no run went before. */
  readonly isTroubled?: (group: Group) => boolean;
  /** Called for each entry of the listings: a long plan keeps the run's claim alive. */
  readonly beat?: () => Promise<void>;
}

interface Draft {
  removals: Removal[];
  readonly kept: string[];
  /** Namespaces of the target: what the source has, what the target has, what still holds a group. */
  readonly wanted: Set<string>;
  readonly present: Set<string>;
  readonly needed: Set<string>;
  sourceSnapshots: number;
  targetSnapshots: number;
}

/**
 * What the target has and the source no longer has, from two complete listings: any failure of either is thrown, so that
 * nothing is planned from half a listing. What the job does not reach, by its depth or its filters, is left alone. Throws a
 * `DataError` REMOVAL_REFUSED when the source looks lost rather than pruned.
 */
export async function planRemoval(sides: RemovalSides): Promise<RemovalPlan> {
  const { job, layout, source, target } = sides;
  const draft: Draft = {
    ...{ removals: [], kept: [], wanted: new Set(namespaceChain(job.targetNamespace)), present: new Set(), needed: new Set() },
    ...{ sourceSnapshots: 0, targetSnapshots: 0 },
  };
  const pairs = mergeListings(listGroups(source, layout, job.namespace), listGroups(target, layout, job.targetNamespace));
  for await (const pair of pairs) {
    await sides.beat?.();
    if (pair.source !== undefined) lookAtSource(draft, job, pair.source);
    await lookAtTarget(draft, sides, pair);
  }
  spareNamesakes(draft);
  removeNamespaces(draft, sides);
  guardRemoval(draft, job);
  return { removals: draft.removals, kept: draft.kept };
}

function lookAtSource(draft: Draft, job: Job, source: Listed): void {
  const namespace = source.kind === 'namespace' ? source.namespace : source.listed.group.namespace;
  for (const name of namespaceChain(targetNamespace(job, namespace))) draft.wanted.add(name);
  if (source.kind === 'group') draft.sourceSnapshots += source.listed.snapshots.length;
}

async function lookAtTarget(draft: Draft, sides: RemovalSides, { source, target }: ListedPair): Promise<void> {
  if (target?.kind === 'namespace') draft.present.add(target.namespace);
  if (target?.kind !== 'group') return;
  const { group, snapshots } = target.listed;
  const original = { namespace: sourceNamespace(sides.job, group.namespace), name: group.name };
  const inScope = isInScope(sides.job, original);
  const plan = inScope ? await planInScope(sides, original, listedGroup(source), target.listed) : OUT_OF_SCOPE;
  draft.targetSnapshots += inScope ? snapshots.length : 0;
  draft.removals.push(...plan.removals);
  draft.kept.push(...plan.kept);
  if (plan.stays) for (const name of namespaceChain(group.namespace)) draft.needed.add(name);
}

/**
 * PBS 4.2.3 forgets `vm/1000` in the bucket together with `vm/100` (facts/pbs.md 2.3). Where both vanished, the copy of the longer
 * name may be the last one there is. The shorter one stays too: without it the next run would see one group that vanished by itself.
 */
function spareNamesakes(draft: Draft): void {
  const gone = draft.removals.filter(({ kind }) => kind === 'group').map(({ group }) => group);
  const isSpared = (group: Group): boolean => gone.some((other) => isNamesake(group, other) || isNamesake(other, group));
  const victims = new Set(gone.filter(isSpared).map(formatGroup));
  if (victims.size === 0) return;
  for (const group of gone.filter((each) => victims.has(formatGroup(each)))) {
    draft.kept.push(
      `${formatGroup(group)} (it vanished together with a group whose name begins like its own, which PBS does by mistake: forget on the target what is really gone)`,
    );
    for (const name of namespaceChain(group.namespace)) draft.needed.add(name);
  }
  draft.removals = draft.removals.filter(({ group }) => !victims.has(formatGroup(group)));
}

function isNamesake(group: Group, shorter: Group): boolean {
  return group.namespace === shorter.namespace && group.name !== shorter.name && group.name.startsWith(shorter.name);
}

/** As in PBS (facts/pbs.md 4.1), a group that failed keeps all it has: its copies may be the last good ones. */
async function planInScope(
  sides: RemovalSides,
  original: Group,
  source: ListedGroup | undefined,
  target: ListedGroup,
): Promise<GroupRemoval> {
  const plan = await planGroupRemoval(sides, source, target);
  if (plan.removals.length === 0 || sides.isTroubled?.(original) !== true) return plan;
  return {
    removals: [],
    kept: [...plan.kept, `${formatGroup(target.group)} (this run could not bring it up to date)`],
    stays: true,
  };
}

const OUT_OF_SCOPE: GroupRemoval = { removals: [], kept: [], stays: true };

function listedGroup(listed: Listed | undefined): ListedGroup | undefined {
  return listed?.kind === 'group' ? listed.listed : undefined;
}

/** Children first; a namespace that still holds a group, that the source has, or that is too deep for the job, stays. */
function removeNamespaces({ removals, wanted, present, needed }: Draft, { job, layout }: RemovalSides): void {
  const gone = [...present].filter(
    (name) => !wanted.has(name) && !needed.has(name) && isInDepth(job, sourceNamespace(job, name)),
  );
  gone.sort((left, right) => right.split('/').length - left.split('/').length || (left < right ? -1 : 1));
  for (const namespace of gone) {
    removals.push({ kind: 'namespace', group: { namespace, name: '' }, keys: [layout.namespaceMarker(namespace)] });
  }
}
