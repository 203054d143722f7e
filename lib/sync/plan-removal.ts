import { formatGroup, type Group, type ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { listGroups, type Listed } from './list-groups.ts';
import { mapAhead, READS_AT_ONCE } from './map-ahead.ts';
import { mergeListings, type ListedPair } from './merge-listings.ts';
import { namespaceChain, sourceNamespace, targetNamespace } from './namespaces.ts';
import { guardRemoval } from './guard-removal.ts';
import { planGroupRemoval, type GroupRemoval } from './plan-group-removal.ts';
import { isInDepth, isInScope } from './scope.ts';
import { watchNamesakes, type Namesakes } from './spare-namesakes.ts';

/** One thing to remove, its objects in the order in which they go: what makes it visible first. */
export interface Removal {
  readonly kind: 'snapshot' | 'group' | 'namespace';
  readonly group: Group;
  readonly snapshot?: string;
  /** What its keys begin with, and how they go on: a list of a million keys fits into memory this way. */
  readonly prefix: string;
  readonly names: readonly string[];
}

export function removalKeys({ prefix, names }: Removal): string[] {
  return names.map((name) => `${prefix}${name}`);
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
  /** Finished snapshots in the job's reach at the last good run (`heldBefore`); undefined: none is known. */
  readonly held: number | undefined;
  /** Whether this run could not bring the group (of the source) up to date: nothing of it is removed. Undefined: no run went before. */
  readonly isTroubled?: (group: Group) => boolean;
  /** Called for each entry of the listings: a long plan keeps the run's turn. */
  readonly beat?: () => Promise<void>;
}

interface Draft {
  removals: Removal[];
  readonly kept: string[];
  /** Namespaces of the target: what the source has, what the target has, what still holds a group. */
  readonly wanted: Set<string>;
  readonly present: Set<string>;
  readonly needed: Set<string>;
  readonly namesakes: Namesakes;
  /** Snapshots of the source: all, and those that are finished and in the job's reach. */
  listed: number;
  offered: number;
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
    ...{ namesakes: watchNamesakes(layout), listed: 0, offered: 0 },
  };
  const pairs = mergeListings(listGroups(source, layout, job.namespace), listGroups(target, layout, job.targetNamespace));
  const planned = mapAhead(pairs, READS_AT_ONCE, async (pair) => ({ pair, plan: await planPair(sides, pair) }));
  for await (const { pair, plan } of planned) {
    await sides.beat?.();
    if (pair.source !== undefined) lookAtSource(draft, sides, pair.source);
    lookAtTarget(draft, sides, pair);
    if (plan !== undefined) take(draft, plan.group, plan);
  }
  for (const name of draft.present) if (!draft.wanted.has(name)) draft.namesakes.sawLostNamespace(name);
  spareNamesakes(draft);
  removeNamespaces(draft, sides);
  guardRemoval({ ...draft, held: sides.held }, job);
  return { removals: draft.removals, kept: draft.kept };
}

function lookAtSource(draft: Draft, { job, layout }: RemovalSides, source: Listed): void {
  const namespace = source.kind === 'namespace' ? source.namespace : source.listed.group.namespace;
  const onTarget = targetNamespace(job, namespace);
  for (const name of namespaceChain(onTarget)) draft.wanted.add(name);
  if (source.kind === 'namespace') return;
  const { group, snapshots } = source.listed;
  draft.listed += snapshots.length;
  if (isInScope(job, group)) draft.offered += snapshots.filter((snapshot) => layout.isFinished(snapshot)).length;
  draft.namesakes.sawOriginal({ namespace: onTarget, name: group.name }, snapshots);
}

function lookAtTarget({ present, namesakes }: Draft, { layout }: RemovalSides, { source, target }: ListedPair): void {
  if (target?.kind === 'namespace') present.add(target.namespace);
  if (target?.kind !== 'group') return;
  const isLost = listedGroup(source)?.snapshots.every((snapshot) => layout.isProtected(snapshot)) ?? true;
  const newest = target.listed.snapshots.findLast((snapshot) => layout.isFinished(snapshot))?.name ?? '';
  if (isLost) namesakes.sawLost(target.listed.group, newest);
}

/** What goes of a group of the target, undefined: the target has no group there. */
async function planPair(
  sides: RemovalSides,
  { source, target }: ListedPair,
): Promise<(GroupRemoval & { group: Group }) | undefined> {
  if (target?.kind !== 'group') return undefined;
  const { group } = target.listed;
  const original = { namespace: sourceNamespace(sides.job, group.namespace), name: group.name };
  if (!isInScope(sides.job, original)) return { group, ...OUT_OF_SCOPE };
  return { group, ...(await planInScope(sides, original, listedGroup(source), target.listed)) };
}

function take(draft: Draft, group: Group, { removals, kept, stays }: GroupRemoval): void {
  draft.removals.push(...removals);
  draft.kept.push(...kept);
  if (stays) keepNamespaces(draft, group.namespace);
}

function keepNamespaces({ needed }: Draft, namespace: string): void {
  for (const name of namespaceChain(namespace)) needed.add(name);
}

/** Copies that may be the last there are, since PBS took their originals by mistake, stay; so does what shows that it was so. */
function spareNamesakes(draft: Draft): void {
  const spared = new Set<string>();
  const evidence = new Set<string>();
  for (const group of new Map(draft.removals.map((removal) => [formatGroup(removal.group), removal.group])).values()) {
    const suspect = draft.namesakes.suspectOf(group);
    if (suspect === undefined) continue;
    const name = formatGroup(group);
    spared.add(name);
    draft.kept.push(
      `${name} (PBS takes it away by mistake when it forgets ${suspect.name}: forget it on the target if it is really gone)`,
    );
    keepNamespaces(draft, group.namespace);
    if (!suspect.isLost) continue;
    evidence.add(suspect.name);
    keepNamespaces(draft, suspect.namespace);
  }
  draft.removals = draft.removals.filter(({ kind, group }) => {
    const name = formatGroup(group);
    return !spared.has(name) && !(kind === 'group' && evidence.has(name));
  });
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
    const prefix = layout.metadataPrefix(namespace);
    const names = [layout.namespaceMarker(namespace).slice(prefix.length)];
    removals.push({ kind: 'namespace', group: { namespace, name: '' }, prefix, names });
  }
}
