import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import type { Job } from '../../lib/sync/job.ts';
import { planItem, planRun, type PlannedGroup, type PlannedNamespaces } from '../../lib/sync/plan-run.ts';
import type { Replica, RunStore } from '../../lib/sync/run-store.ts';
import { groupOf, storeOf, type StoreSketch } from '../support/listed-store.ts';
import { job as jobWith } from '../support/locations.ts';
import type { MemoryObjectStore } from '../support/memory-object-store.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';
import { nameOf } from '../support/sample-store.ts';

const PLACE = 'aws/bucket-offsite/offsite';

interface PlanCase {
  readonly source: MemoryObjectStore;
  readonly target: MemoryObjectStore;
  readonly job?: Partial<Job>;
  readonly store?: RunStore;
}

async function plan({ source, target, job, store = memoryRunStore() }: PlanCase): Promise<(PlannedGroup | PlannedNamespaces)[]> {
  const sides = { job: jobWith(job), layout: pbsLayout, source, target, store };
  return Array.fromAsync(planRun(sides));
}

/** What is planned for the one group: `2 new`, `3 changed`, .. and what is left out: `1..2 older-than-newest`. */
async function planVm(
  source: StoreSketch[''],
  target: StoreSketch[''],
  store?: RunStore,
): Promise<{ pull: string[]; skipped: string[] }> {
  const sides = {
    source: await storeOf({ 'vm/100': source }),
    target: await storeOf(target.length === 0 ? {} : { 'vm/100': target }),
  };
  const [planned] = await plan({ ...sides, ...(store && { store }) });
  if (planned?.kind !== 'group') throw new Error('no group was planned');
  return {
    pull: planned.plan.pull.map(({ snapshot, reason }) => `${String(dayOf(snapshot.name))} ${reason}`),
    skipped: planned.plan.skipped.map(
      ({ reason, count, first, last }) => `${String(count)}: ${String(dayOf(first))}..${String(dayOf(last))} ${reason}`,
    ),
  };
}

const dayOf = (name: string): number => Number(name.slice(8, 10));

function replica(day: number, members: Partial<Replica> = {}): Replica {
  return { snapshot: nameOf(day), state: 'replicated', at: nameOf(day), run: 'r', archives: [], chunks: 0, bytes: 0, ...members };
}

const AT = '2025-11-05T08:00:00.000Z';

const lineOf = (planned: PlannedGroup | PlannedNamespaces) => planItem(planned, { layout: pbsLayout, at: AT });

describe('the plan of a group', () => {
  it('pulls everything, oldest first, when the target has nothing', async () => {
    expect(await planVm([1, 2, 3], [])).toEqual({ pull: ['1 new', '2 new', '3 new'], skipped: [] });
  });

  it('pulls what is newer than the newest on the target, and nothing older', async () => {
    expect(await planVm([1, 2, 3, 4, 5], [3])).toEqual({ pull: ['4 new', '5 new'], skipped: ['2: 1..2 older-than-newest'] });
  });

  it('has nothing to do for equal sides, whatever the target has besides', async () => {
    expect(await planVm([2, 3], [1, 2, 3])).toEqual({ pull: [], skipped: [] });
    expect(await planVm([], [1, 2])).toEqual({ pull: [], skipped: [] });
  });

  it('pulls the newest common snapshot again when its manifest changed, or its log came after the last run', async () => {
    expect(await planVm([1, { day: 2, manifest: 'other notes' }], [1, 2])).toMatchObject({ pull: ['2 changed'] });
    expect(await planVm([1, { day: 2, log: true }], [1, 2])).toMatchObject({ pull: ['2 changed'] });
  });

  it('skips a backup that is still in progress, and says so', async () => {
    expect(await planVm([1, { day: 2, unfinished: true }, 3], [1])).toEqual({
      pull: ['3 new'],
      skipped: ['1: 2..2 in-progress'],
    });
  });

  it('counts only finished snapshots of the target: what an earlier run left half done is pulled as if it were not there', async () => {
    expect(await planVm([1, 2], [1, { day: 2, unfinished: true }])).toEqual({ pull: ['2 new'], skipped: [] });
    expect(await planVm([1, 2], [{ day: 1, unfinished: true }])).toEqual({ pull: ['1 new', '2 new'], skipped: [] });
  });

  it('tries again what failed before, in a gap that would else stay unseen', async () => {
    const store = memoryRunStore();
    await store.saveReplica(PLACE, groupOf('vm/100'), replica(2, { state: 'failed' }));
    expect(await planVm([1, 2, 3, 4], [1, 3], store)).toEqual({ pull: ['2 retry', '4 new'], skipped: [] });
    expect(await planVm([1, 2, 3], [1, { day: 2, unfinished: true }, 3], store)).toMatchObject({ pull: ['2 retry'] });
    expect(await planVm([1, { day: 2, unfinished: true }, 3], [3], store)).toMatchObject({ pull: [] });
    expect(await planVm([1, 2, 3], [1, 2, 3], store)).toEqual({ pull: [], skipped: [] });
  });

  it('asks the replica catalogue where sizes agree and ETags do not, as encryption at rest makes them', async () => {
    const changed: StoreSketch[''] = [1, { day: 2, manifest: 'MANIFEST' }];
    expect(await planVm(changed, [1, 2])).toMatchObject({ pull: ['2 changed'] });
    const store = memoryRunStore();
    await store.saveReplica(PLACE, groupOf('vm/100'), replica(2, { sourceEtag: 'that of an older manifest' }));
    expect(await planVm(changed, [1, 2], store)).toMatchObject({ pull: ['2 changed'] });
    const source = await storeOf({ 'vm/100': changed });
    const { etag } = (await source.head(`.cnt/vm/100/${nameOf(2)}/index.json.blob`))!;
    await store.saveReplica(PLACE, groupOf('vm/100'), replica(2, { sourceEtag: etag }));
    expect(await planVm(changed, [1, 2], store)).toMatchObject({ pull: [] });
  });

  it('has work for a group whose owner or notes the target lacks', async () => {
    const source = await storeOf({ 'vm/100': [1] });
    const target = await storeOf({ 'vm/100': [1] });
    await source.put('.cnt/vm/100/notes', Buffer.from('notes'));
    const [lacksNotes] = await plan({ source, target });
    expect(lineOf(lacksNotes!)).toEqual({
      ...{ kind: 'group', namespace: '', name: 'vm/100', missingNamespaces: [] },
      behind: { missing: 0, at: AT },
    });
    await target.put('.cnt/vm/100/notes', Buffer.from('other notes'));
    expect((await plan({ source, target })).map(lineOf)).toEqual([undefined]);
    await target.delete(['.cnt/vm/100/owner']);
    expect((await plan({ source, target })).map(lineOf)).toHaveLength(1);
  });
});

/** One missing snapshot. */
function lacks(snapshot: number): object {
  const time = nameOf(snapshot).replace('Z', '.000Z');
  return { missing: 1, since: time, newest: time, at: AT };
}

describe('planRun', () => {
  const items = async (facts: PlanCase) => (await plan(facts)).map(lineOf).filter((item) => item !== undefined);

  it('gives a line for each group that has work, and none for the others', async () => {
    const source = await storeOf({ 'ct/1': [1], 'vm/1': [1, 2], 'vm/2': [1] });
    const target = await storeOf({ 'vm/1': [1], 'vm/2': [1], 'vm/3': [1] });
    expect(await items({ source, target })).toEqual([
      { ...{ kind: 'group', namespace: '', name: 'ct/1', missingNamespaces: [] }, behind: lacks(1) },
      { ...{ kind: 'group', namespace: '', name: 'vm/1', missingNamespaces: [] }, behind: lacks(2) },
    ]);
  });

  it('reads nothing but listings', async () => {
    const [source, target] = [await storeOf({ 'vm/1': [1, 2] }), await storeOf({ 'vm/1': [1] })];
    for (const { counts } of [source, target]) Object.assign(counts, noRequests());
    await items({ source, target });
    expect([source.counts, target.counts]).toEqual([
      { ...noRequests(), list: 1 },
      { ...noRequests(), list: 1 },
    ]);
  });

  it('entrusts missing namespaces, parents first, to the groups that need them', async () => {
    const source = await storeOf({ 'a/b:vm/1': [1], 'a/b:vm/2': [1], 'c:vm/1': [1] }, ['a', 'a/b', 'c']);
    const target = await storeOf({}, ['c']);
    expect(await items({ source, target })).toMatchObject([
      { name: 'vm/1', missingNamespaces: ['a', 'a/b'] },
      { name: 'vm/2', missingNamespaces: ['a', 'a/b'] },
      { name: 'vm/1', missingNamespaces: [] },
    ]);
  });

  it('makes namespaces that hold no group with work in a line of their own', async () => {
    const source = await storeOf({ 'done:vm/1': [1] }, ['done', 'empty', 'empty/deep']);
    const target = await storeOf({ 'done:vm/1': [1] });
    expect(await items({ source, target })).toEqual([{ kind: 'namespaces', missingNamespaces: ['done', 'empty', 'empty/deep'] }]);
    expect(await items({ source, target: await storeOf({ 'done:vm/1': [1] }, ['done', 'empty', 'empty/deep']) })).toEqual([]);
  });

  it('exchanges the anchors, and makes the anchor of the target and those above it', async () => {
    const source = await storeOf({ 'prod/x:vm/1': [1], 'prod:vm/2': [1], 'other:vm/3': [1] }, ['prod', 'prod/x', 'other']);
    const job = { namespace: 'prod', targetNamespace: 'copy/of/prod' };
    const chain = ['copy', 'copy/of', 'copy/of/prod'];
    const facts = { source, target: await storeOf({}), job };
    const planned = await plan(facts);
    expect(planned.map((each) => each.kind === 'group' && each.target)).toEqual([
      { namespace: 'copy/of/prod/x', name: 'vm/1' },
      { namespace: 'copy/of/prod', name: 'vm/2' },
    ]);
    expect(await items(facts)).toMatchObject([
      { namespace: 'prod/x', name: 'vm/1', missingNamespaces: [...chain, 'copy/of/prod/x'] },
      { namespace: 'prod', name: 'vm/2', missingNamespaces: chain },
    ]);
    const marked = await storeOf({}, [...chain, 'copy/of/prod/x']);
    expect((await items({ ...facts, target: marked })).map((item) => item.missingNamespaces)).toEqual([[], []]);
    const halfMarked = await storeOf({}, ['copy']);
    expect((await items({ ...facts, target: halfMarked }))[1]!.missingNamespaces).toEqual(['copy/of', 'copy/of/prod']);
  });

  it('sees a namespace whose marker sorts behind the first page of the target', async () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`vm/${String(index)}`, [1]]));
    const target = await storeOf({ ...many, 'ns1:vm/1': [1] }, ['ns1']);
    const source = await storeOf({ ...many, 'ns1:vm/1': [1, 2] }, ['ns1']);
    expect(await items({ source, target })).toMatchObject([{ namespace: 'ns1', missingNamespaces: [] }]);
  });

  it('looks for what failed under the name that the group has on the target', async () => {
    const store = memoryRunStore();
    await store.saveReplica(PLACE, groupOf('copy:vm/1'), replica(1, { state: 'failed' }));
    const source = await storeOf({ 'vm/1': [1, 2] });
    const target = await storeOf({ 'copy:vm/1': [2] }, ['copy']);
    expect(await items({ source, target, store, job: { targetNamespace: 'copy' } })).toHaveLength(1);
  });
});
