import type { Group } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { Job } from './job.ts';
import { listGroup } from './list-groups.ts';
import { mapAhead, READS_AT_ONCE } from './map-ahead.ts';
import type { ListedPair } from './merge-listings.ts';
import { hasNamespace, namespaceChain, targetNamespace } from './namespaces.ts';

interface Sides {
  readonly job: Job;
  readonly layout: Layout;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
}

/** What a merge of both listings shows of some groups, from a listing of each: the target's namespaces first. */
export async function* listPairs(sides: Sides, groups: readonly Group[]): AsyncGenerator<ListedPair> {
  const { job } = sides;
  const namespaces = groups.flatMap((group) => namespaceChain(targetNamespace(job, group.namespace)));
  for (const namespace of new Set(namespaces)) {
    if (await hasNamespace(sides, namespace)) yield { target: { kind: 'namespace', order: '', namespace } };
  }
  for await (const pair of mapAhead(groups, READS_AT_ONCE, (group) => listPair(sides, group))) {
    // A group may be gone from the source by now.
    if (pair !== undefined) yield pair;
  }
}

async function listPair({ job, layout, source, target }: Sides, group: Group): Promise<ListedPair | undefined> {
  const listed = await listGroup(source, layout, group);
  if (listed.snapshots.length === 0) return undefined;
  const copy = await listGroup(target, layout, { namespace: targetNamespace(job, group.namespace), name: group.name });
  return { source: { kind: 'group', order: '', listed }, target: { kind: 'group', order: '', listed: copy } };
}
