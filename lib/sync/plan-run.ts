import type { Group, ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { DataError } from '../errors.ts';
import type { Job } from './job.ts';
import { emptyGroup, listGroups } from './list-groups.ts';
import { listPairs } from './list-pairs.ts';
import { mapAhead, READS_AT_ONCE } from './map-ahead.ts';
import { mergeListings, type ListedPair } from './merge-listings.ts';
import { hasNamespace, namespaceChain, targetNamespace } from './namespaces.ts';
import { openMissing } from './health/missing.ts';
import type { PlanItem, WaitItem } from './payloads.ts';
import { isListingEnough, planGroup, type GroupPlan } from './plan-group.ts';
import type { Replica, RunStore } from './run-store.ts';
import { isInDepth, isInScope } from './scope.ts';
import { targetPlace } from './target-place.ts';

/** Both sides of a job, to read. */
export interface Sides {
  readonly job: Job;
  readonly layout: Layout;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
  readonly store: Pick<RunStore, 'listReplicas' | 'listFailed'>;
}

/** One group of the source and what is to be done for it; nothing, when `plan` names nothing. */
export interface PlannedGroup {
  readonly kind: 'group';
  readonly source: ListedGroup;
  readonly target: Group;
  readonly plan: ListedPlan;
  /** Namespaces of the target, parents first, whose markers this group's worker has to make. */
  readonly missingNamespaces: readonly string[];
}

/** `refusal`: why the group may not be written; its worker says so in each run, whether there is something to copy or not. */
export interface ListedPlan extends GroupPlan {
  readonly refusal?: DataError;
}

/** Namespaces without work of their own that the target lacks, parents first; comes last. */
export interface PlannedNamespaces {
  readonly kind: 'namespaces';
  readonly missingNamespaces: readonly string[];
}

/**
 * Plans a run from one streaming merge of both listings, or of `only` some groups from a listing of each, `READS_AT_ONCE` groups
 * in memory. Reads listings; and where
 * encryption at rest makes ETags that say nothing, the catalogue and the owners of groups that seem to have no work.
 */
export async function* planRun(sides: Sides, only?: readonly Group[]): AsyncGenerator<PlannedGroup | PlannedNamespaces> {
  const { job, layout } = sides;
  const failed = await loadFailed(sides);
  const namespaces = targetNamespaces(job, await presentAnchors(sides));
  const pairs =
    only === undefined
      ? mergeListings(listGroups(sides.source, layout, job.namespace), listGroups(sides.target, layout, job.targetNamespace))
      : listPairs(sides, only);
  const planned = mapAhead(inScope(job, pairs, namespaces.look), READS_AT_ONCE, async ([from, to]) => {
    const plan = await planListed(sides, from, to, failed);
    return { source: from, target: to.group, plan };
  });
  for await (const each of planned) {
    const missingNamespaces = hasWork(each.plan) ? namespaces.entrust(each.target) : [];
    yield { kind: 'group', ...each, missingNamespaces };
  }
  const missingNamespaces = namespaces.rest();
  if (missingNamespaces.length > 0) yield { kind: 'namespaces', missingNamespaces };
}

/** The groups of the source that the job reaches, each with what the target has of it. */
async function* inScope(
  job: Job,
  pairs: AsyncIterable<ListedPair>,
  look: (pair: ListedPair) => void,
): AsyncGenerator<[ListedGroup, ListedGroup]> {
  for await (const pair of pairs) {
    look(pair);
    if (pair.source?.kind !== 'group' || !isInScope(job, pair.source.listed.group)) continue;
    const from = pair.source.listed;
    const group = { namespace: targetNamespace(job, from.group.namespace), name: from.group.name };
    yield [from, pair.target?.kind === 'group' ? pair.target.listed : emptyGroup(group)];
  }
}

/** Keeps account of which namespaces the target has, which it should have, and whose worker makes the missing ones. */
function targetNamespaces(job: Job, present: Set<string>) {
  const wanted = new Set(namespaceChain(job.targetNamespace));
  const entrusted = new Set<string>();
  return {
    look: ({ source, target }: ListedPair): void => {
      if (target?.kind === 'namespace') present.add(target.namespace);
      if (source?.kind === 'namespace' && isInDepth(job, source.namespace)) wanted.add(targetNamespace(job, source.namespace));
    },
    /** Those that this group's worker has to make. Two groups of one missing namespace both have to. */
    entrust: ({ namespace }: Group): string[] => {
      const missing = namespaceChain(namespace).filter((name) => !present.has(name));
      for (const name of missing) entrusted.add(name);
      return missing;
    },
    /** Those that hold no group with work. */
    rest: (): string[] => {
      const missing = [...wanted].flatMap(namespaceChain).filter((name) => !present.has(name) && !entrusted.has(name));
      return [...new Set(missing)];
    },
  };
}

/** What a worker has to do, or to tell: what is held back ends the run with warnings. */
export function hasWork({ pull, incomplete, skipped }: GroupPlan): boolean {
  return pull.length > 0 || incomplete || skipped.some(({ reason }) => reason === 'held-back');
}

/** The line of the plan in the control bucket, for listings begun `at` (ISO 8601); undefined for a group that needs no worker. */
export function planItem(
  planned: PlannedGroup | PlannedNamespaces,
  { layout, at }: { readonly layout: Layout; readonly at: string },
): Exclude<PlanItem, WaitItem> | undefined {
  if (planned.kind === 'namespaces') return planned;
  const { source, plan, missingNamespaces } = planned;
  if (!hasWork(plan)) return undefined;
  return { kind: 'group', ...source.group, missingNamespaces, behind: openMissing(plan, plan.pull, layout).behind(at) };
}

/**
 * The plan of one group from its two listings; asks the replica catalogue only where the listings cannot tell, and whether
 * the group may be written in any case: without work no worker would find out.
 */
export async function planListed(
  sides: Sides,
  source: ListedGroup,
  target: ListedGroup,
  failed: FailedSnapshots,
): Promise<ListedPlan> {
  const { job, layout, store } = sides;
  const replicas = new Map<string, Replica>();
  if (!isListingEnough(source, target, layout)) {
    for await (const replica of store.listReplicas(targetPlace(job.target), target.group))
      replicas.set(replica.snapshot, replica);
  }
  const plan = planGroup({ source, target, failed: failedOf(failed, target.group), replicas, options: job }, layout);
  if (!source.snapshots.some((snapshot) => layout.isFinished(snapshot))) return plan;
  const refusal = await layout.refuseGroup({ listed: source, copy: target, ...sides, owner: job.owner });
  return refusal === undefined ? plan : { ...plan, incomplete: true, refusal };
}

/** Snapshots of the target's groups whose last attempt failed, by group. */
export type FailedSnapshots = ReadonlyMap<string, ReadonlySet<string>>;

export function failedOf(failed: FailedSnapshots, group: Group): ReadonlySet<string> {
  return failed.get(groupKey(group)) ?? new Set();
}

function groupKey(group: Group): string {
  return `${group.namespace}:${group.name}`;
}

export async function loadFailed({ job, store }: Pick<Sides, 'job' | 'store'>): Promise<FailedSnapshots> {
  const failed = new Map<string, Set<string>>();
  for await (const { group, snapshot } of store.listFailed(targetPlace(job.target))) {
    const key = groupKey(group);
    failed.set(key, (failed.get(key) ?? new Set()).add(snapshot));
  }
  return failed;
}

/** The target's anchor and the namespaces above it: the listing below the anchor does not show them all. */
async function presentAnchors(sides: Sides): Promise<Set<string>> {
  const present = new Set<string>();
  for (const namespace of namespaceChain(sides.job.targetNamespace)) {
    if (await hasNamespace(sides, namespace)) present.add(namespace);
  }
  return present;
}
