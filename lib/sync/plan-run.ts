import type { Group, ListedGroup } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { emptyGroup, listGroups } from './list-groups.ts';
import { mergeListings, type ListedPair } from './merge-listings.ts';
import { namespaceChain, targetNamespace } from './namespaces.ts';
import type { PlanItem } from './payloads.ts';
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
  readonly plan: GroupPlan;
  /** Namespaces of the target, parents first, whose markers this group's worker has to make. */
  readonly missingNamespaces: readonly string[];
}

/** Namespaces without work of their own that the target lacks, parents first; comes last. */
export interface PlannedNamespaces {
  readonly kind: 'namespaces';
  readonly missingNamespaces: readonly string[];
}

/** Plans a whole run from one streaming merge of both listings, one group in memory. Reads listings only. */
export async function* planRun(sides: Sides): AsyncGenerator<PlannedGroup | PlannedNamespaces> {
  const { job, layout, source, target } = sides;
  const failed = await loadFailed(sides);
  const namespaces = targetNamespaces(job, await presentAnchors(sides));

  const pairs = mergeListings(listGroups(source, layout, job.namespace), listGroups(target, layout, job.targetNamespace));
  for await (const pair of pairs) {
    namespaces.look(pair);
    if (pair.source?.kind !== 'group' || !isInScope(job, pair.source.listed.group)) continue;
    const from = pair.source.listed;
    const group = { namespace: targetNamespace(job, from.group.namespace), name: from.group.name };
    const to = pair.target?.kind === 'group' ? pair.target.listed : emptyGroup(group);
    const plan = await planListed(sides, from, to, failed);
    yield { kind: 'group', source: from, target: group, plan, missingNamespaces: hasWork(plan) ? namespaces.entrust(group) : [] };
  }
  const missingNamespaces = namespaces.rest();
  if (missingNamespaces.length > 0) yield { kind: 'namespaces', missingNamespaces };
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

export function hasWork(plan: GroupPlan): boolean {
  return plan.pull.length > 0 || plan.incomplete;
}

/** The line of the plan in the control bucket; undefined for a group that needs no worker. */
export function planItem(planned: PlannedGroup | PlannedNamespaces): PlanItem | undefined {
  if (planned.kind === 'namespaces') return planned;
  const { source, plan, missingNamespaces } = planned;
  return hasWork(plan) ? { kind: 'group', ...source.group, missingNamespaces } : undefined;
}

/** The plan of one group from its two listings; asks the replica catalogue only where the listings cannot tell. */
export async function planListed(
  { job, layout, store }: Sides,
  source: ListedGroup,
  target: ListedGroup,
  failed: FailedSnapshots,
): Promise<GroupPlan> {
  const replicas = new Map<string, Replica>();
  if (!isListingEnough(source, target, layout)) {
    for await (const replica of store.listReplicas(targetPlace(job.target), target.group))
      replicas.set(replica.snapshot, replica);
  }
  return planGroup({ source, target, failed: failedOf(failed, target.group), replicas, options: job }, layout);
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
async function presentAnchors({ job, layout, target }: Sides): Promise<Set<string>> {
  const present = new Set<string>();
  for (const namespace of namespaceChain(job.targetNamespace)) {
    const marker = layout.namespaceMarker(namespace);
    for await (const page of target.list(marker, { pageSize: 1 })) {
      if (page.some(({ key }) => key === marker)) present.add(namespace);
      break;
    }
  }
  return present;
}
