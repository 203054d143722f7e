import { describe, expect, it } from 'vitest';
import type { ListedObject, ObjectReader } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import type { Job } from '../../lib/sync/job.ts';
import { reachOf } from '../../lib/sync/held-before.ts';
import { planRemoval, removalKeys, type Removal } from '../../lib/sync/plan-removal.ts';
import { removeVanished } from '../../lib/sync/remove-vanished.ts';
import { formatPlan, planKey, removalKey, removedKey } from '../../lib/sync/run-files.ts';
import { targetPlace } from '../../lib/sync/target-place.ts';
import { crash, recorder, type Call } from '../support/faulty.ts';
import { groupItem, stealLock } from '../support/group-sync.ts';
import { groupOf, storeOf, type StoreSketch } from '../support/listed-store.ts';
import { job as jobWith } from '../support/locations.ts';
import type { MemoryObjectStore } from '../support/memory-object-store.ts';
import { callWorker, memoryCloud, newRun, type CallOptions, type MemoryCloud } from '../support/memory-run.ts';
import { nameOf } from '../support/sample-store.ts';
import { groupRecord } from './report/facts.ts';

/** Enough that stays for anything small to vanish. */
const STAYS: StoreSketch = { 'ct/1': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };

async function removals(
  source: StoreSketch,
  target: StoreSketch,
  namespaces: { source?: string[]; target?: string[] } = {},
  job: Partial<Job> = {},
) {
  const sides = { source: await storeOf(source, namespaces.source), target: await storeOf(target, namespaces.target) };
  return planRemoval({ job: jobWith({ removeVanished: true, ...job }), layout: pbsLayout, held: undefined, ...sides });
}

const title = ({ kind, group, snapshot }: Removal): string =>
  [kind, group.namespace, group.name, snapshot === undefined ? '' : `day ${String(Number(snapshot.slice(8, 10)))}`]
    .filter((part) => part !== '')
    .join(' ');

describe('planRemoval', () => {
  it('removes what the source no longer has: snapshots, whole groups, then namespaces, children first', async () => {
    const source = { ...STAYS, 'vm/1': [2] };
    const target = { ...STAYS, 'vm/1': [1, 2], 'old:vm/1': [1], 'old/deep:vm/2': [1] };
    const plan = await removals(source, target, { target: ['old', 'old/deep'] });
    expect(plan.removals.map(title)).toEqual([
      'snapshot old/deep vm/2 day 1',
      'group old/deep vm/2',
      'snapshot old vm/1 day 1',
      'group old vm/1',
      'snapshot vm/1 day 1',
      'namespace old/deep',
      'namespace old',
    ]);
    expect(plan.kept).toEqual([]);
  });

  it('takes the manifest of a snapshot first, and leaves no file of it', async () => {
    const plan = await removals({ ...STAYS, 'vm/1': [2] }, { ...STAYS, 'vm/1': [{ day: 1, log: true }, 2] });
    const { prefix, names } = plan.removals[0]!;
    expect(prefix).toBe(`.cnt/vm/1/${nameOf(1)}/`);
    expect(names).toEqual(['index.json.blob', 'client.log.blob', 'drive-scsi0.img.fidx']);
  });

  it('takes away what an earlier run left half done and the source has no more', async () => {
    const plan = await removals({ ...STAYS, 'vm/1': [2] }, { ...STAYS, 'vm/1': [{ day: 1, unfinished: true }, 2] });
    expect(plan.removals.map(removalKeys)).toEqual([[`.cnt/vm/1/${nameOf(1)}/drive-scsi0.img.fidx`]]);
  });

  it('takes no snapshot for vanished that the source has in whatever state', async () => {
    const plan = await removals({ ...STAYS, 'vm/1': [{ day: 1, unfinished: true }] }, { ...STAYS, 'vm/1': [1] });
    expect(plan.removals).toEqual([]);
  });

  it('never takes vm/1000 for a part of vm/100, nor host/web2 for one of host/web', async () => {
    const source = { ...STAYS, 'vm/1000': [1], 'host/web2': [1] };
    const plan = await removals(source, { ...source, 'vm/100': [1], 'host/web': [1] });
    expect(plan.removals.map(title)).toEqual([
      'snapshot host/web day 1',
      'group host/web',
      'snapshot vm/100 day 1',
      'group vm/100',
    ]);
    const keys = plan.removals.flatMap(removalKeys);
    expect(keys.every((key) => key.startsWith('.cnt/vm/100/') || key.startsWith('.cnt/host/web/'))).toBe(true);
  });

  it('keeps protected snapshots, the group that holds them and its namespace, and names them', async () => {
    const plan = await removals(STAYS, { ...STAYS, 'old:vm/1': [{ day: 1, protected: true }, 2] }, { target: ['old'] });
    expect(plan.removals.map(title)).toEqual(['snapshot old vm/1 day 2']);
    expect(plan.kept).toEqual([`old/vm/1/${nameOf(1)} (protected)`]);
  });

  it('keeps namespaces that the source has, holds groups in, or that lie above what it has; and the anchor', async () => {
    const plan = await removals(
      { 'prod:ct/1': STAYS['ct/1']!, 'prod/x/y:vm/1': [1] },
      { 'copy:ct/1': STAYS['ct/1']!, 'copy/x/y:vm/1': [1] },
      { source: ['prod', 'prod/x/y', 'prod/empty'], target: ['copy', 'copy/x', 'copy/x/y', 'copy/empty', 'copy/gone', 'other'] },
      { namespace: 'prod', targetNamespace: 'copy' },
    );
    expect(plan.removals.map(title)).toEqual(['namespace copy/gone']);
  });

  it('looks at nothing outside its anchor on the target', async () => {
    const target = { 'copy:ct/1': STAYS['ct/1']!, 'copy:vm/1': [1], 'copy2:vm/1': [1], 'vm/1': [1] };
    const plan = await removals(STAYS, target, { target: ['copy', 'copy2'] }, { targetNamespace: 'copy' });
    expect(plan.removals.map(title)).toEqual(['snapshot copy vm/1 day 1', 'group copy vm/1']);
  });

  it('refuses when the source has no snapshot at all', async () => {
    await expect(removals({}, STAYS)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
    await expect(removals({ 'vm/1': [] }, { 'vm/1': [1] })).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
  });

  it('refuses when more than a quarter of the snapshots would go, and not when it is a quarter', async () => {
    const target = { 'ct/1': [1, 2, 3, 4, 5, 6, 7, 8] };
    expect((await removals({ 'ct/1': [3, 4, 5, 6, 7, 8] }, target)).removals).toHaveLength(2);
    await expect(removals({ 'ct/1': [4, 5, 6, 7, 8] }, target)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
  });

  it('counts by what the source held at the last good run, not by how much has gathered on the target', async () => {
    const gathered = { 'ct/1': Array.from({ length: 28 }, (_, at) => ({ day: at + 1, protected: true as const })) };
    const sides = async (left: number[], held: number | undefined) => ({
      ...{ job: jobWith(), layout: pbsLayout, held },
      source: await storeOf({ 'vm/1': left }),
      target: await storeOf({ ...gathered, 'vm/1': [1, 2, 3, 4, 5, 6, 7, 8] }),
    });
    expect((await planRemoval(await sides([3, 4, 5, 6, 7, 8], 8))).removals).toHaveLength(2);
    for (const held of [8, undefined]) {
      await expect(planRemoval(await sides([8], held))).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
    }
    const all = jobWith({ maxDelete: { kind: 'share', share: 1 } });
    expect((await planRemoval({ ...(await sides([8], 1)), job: all })).removals).toHaveLength(7);
  });

  it('refuses when the source has much less than at the last good run, though few of the copies would go', async () => {
    const sides = { source: await storeOf({ 'vm/1': [2, 3, 4] }), target: await storeOf({ 'vm/1': [1, 2, 3, 4] }) };
    const plan = (held: number, maxDelete: Job['maxDelete']) =>
      planRemoval({ job: jobWith({ maxDelete }), layout: pbsLayout, held, ...sides });
    await expect(plan(100, { kind: 'share', share: 0.25 })).rejects.toMatchObject({
      code: 'REMOVAL_REFUSED',
      message: expect.stringMatching(/97 snapshots less than at the last good run, .* \(25% of the 100/) as string,
    });
    await expect(plan(100, { kind: 'count', count: 50 })).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
    expect((await plan(4, { kind: 'share', share: 0.25 })).removals).toHaveLength(1);
  });

  it('throws when either listing breaks, wherever that is, and plans nothing', async () => {
    const store = await storeOf({ ...STAYS, 'vm/1': [1] });
    const broken = (pages: number): ObjectReader => {
      const list = async function* (prefix: string): AsyncGenerator<readonly ListedObject[]> {
        let given = 0;
        for await (const page of store.list(prefix, { pageSize: 3 })) {
          if ((given += 1) > pages) throw new Error('connection lost');
          yield page;
        }
      };
      return { list, head: store.head.bind(store), get: store.get.bind(store) };
    };
    const sides = { job: jobWith({ removeVanished: true }), layout: pbsLayout, held: undefined, source: store, target: store };
    for (let pages = 0; pages < 8; pages += 1) {
      await expect(planRemoval({ ...sides, source: broken(pages) })).rejects.toThrow('connection lost');
      await expect(planRemoval({ ...sides, target: broken(pages) })).rejects.toThrow('connection lost');
    }
  });
});

describe('removeVanished', () => {
  const GONE: StoreSketch = { ...STAYS, 'vm/1': [1, 2], 'old:vm/2': [1] };

  async function cloudWith(target: StoreSketch = GONE): Promise<MemoryCloud> {
    const cloud = memoryCloud({ removeVanished: true });
    await copyObjects(await storeOf({ ...STAYS, 'vm/1': [2] }), cloud.source);
    await copyObjects(await storeOf(target, ['old']), cloud.target);
    return cloud;
  }

  async function copyObjects(from: MemoryObjectStore, to: MemoryObjectStore): Promise<void> {
    for (const [key, { bytes }] of from.objects) await to.put(key, bytes);
  }

  async function remove(cloud: MemoryCloud, options: CallOptions = {}, run = newRun(cloud)) {
    // start-run leaves a plan, though it may name nobody.
    if (!cloud.control.objects.has(planKey(run))) await planLine(cloud, run);
    for (let calls = 1; ; calls += 1) {
      if ((await removeVanished(callWorker(cloud, run, options))).done) return { run, calls };
    }
  }

  /** What start-run leaves: a plan that names these groups of the root. */
  async function planLine(cloud: MemoryCloud, run: ReturnType<typeof newRun>, ...names: string[]): Promise<void> {
    await cloud.control.put(planKey(run), formatPlan(names.map((name) => groupItem(name))));
  }

  const keysOf = (cloud: MemoryCloud): string[] => [...cloud.bucket.keys()].map((key) => key.slice('offsite/'.length)).toSorted();

  const removed = async (cloud: MemoryCloud, run: ReturnType<typeof newRun>): Promise<unknown> =>
    (JSON.parse((await cloud.control.get(removedKey(run)))!.bytes.toString()) as { removed: unknown }).removed;

  it('takes away what vanished and forgets it in the catalogue; the list is written before the first delete', async () => {
    const cloud = await cloudWith();
    const group = groupOf('vm/1');
    const replica = { snapshot: nameOf(1), state: 'replicated', at: '', run: 'r', archives: [], chunks: 0, bytes: 0 } as const;
    await cloud.store.saveReplica(targetPlace(cloud.job.target), group, replica);
    const passed = recorder();
    const { run } = await remove(cloud, { faults: passed });

    expect(keysOf(cloud).filter((key) => !key.startsWith('.cnt/ct/1/'))).toEqual([
      `.cnt/vm/1/${nameOf(2)}/drive-scsi0.img.fidx`,
      `.cnt/vm/1/${nameOf(2)}/index.json.blob`,
      '.cnt/vm/1/owner',
      '.in-use',
    ]);
    expect(await removed(cloud, run)).toEqual({ snapshots: 2, groups: 1, namespaces: 1, kept: [] });
    expect(await cloud.store.loadReplica(targetPlace(cloud.job.target), group, nameOf(1))).toBeUndefined();
    const order = passed.calls.filter(
      ({ method, args }) => method === 'delete' || (method === 'put' && args[0] === removalKey(run)),
    );
    expect(order[0]!.method).toBe('put');
  });

  it('takes a manifest in a request of its own, before the rest', async () => {
    const cloud = await cloudWith();
    const passed = recorder();
    await remove(cloud, { faults: passed });
    const deletes = passed.calls.filter(({ method }) => method === 'delete').map(({ args }) => args[0] as string[]);
    for (const keys of deletes) if (keys.some((key) => key.endsWith('index.json.blob'))) expect(keys).toHaveLength(1);
  });

  it('never asks for chunks to be deleted', async () => {
    const cloud = await cloudWith();
    const passed = recorder();
    await remove(cloud, { faults: passed });
    expect(passed.calls.filter(({ method, args }) => method === 'delete' && String(args[0]).includes('.chunks'))).toEqual([]);
  });

  it('goes on where a call had to end, and counts once', async () => {
    const cloud = await cloudWith();
    const run = newRun(cloud);
    let deletes = 0;
    // Each call has time for one batch.
    const before = ({ method, args }: Call): void => {
      if (method === 'get' && args[0] === removalKey(run)) deletes = 0;
      if (method === 'delete') deletes += 1;
    };
    const { calls } = await remove(cloud, { faults: { before }, stopReason: () => (deletes > 0 ? 'deadline' : undefined) }, run);
    expect(calls).toBe(4);
    expect(await removed(cloud, run)).toEqual({ snapshots: 2, groups: 1, namespaces: 1, kept: [] });
  });

  it('fails with what to change when one call is too short to make the list, and removes nothing', async () => {
    const cloud = await cloudWith();
    const before = keysOf(cloud);
    const answer = remove(cloud, { stopReason: () => 'deadline' });
    await expect(answer).rejects.toMatchObject({ name: 'ConfigError', code: 'PLANNING_TOO_LONG' });
    expect(keysOf(cloud)).toEqual(before);
  });

  it('removes many snapshots of a group by few requests, all their manifests before anything else of them', async () => {
    const many = Array.from({ length: 28 }, (_, at) => at + 1);
    const cloud = await cloudWith({ ...STAYS, 'vm/1': many });
    const passed = recorder();
    const run = newRun(cloud);
    await cloud.store.saveRun({ ...run, id: 'good', state: 'ok', held: { reach: reachOf(cloud.job), snapshots: 1000 } });
    await remove(cloud, { faults: passed, job: { ...cloud.job, maxDelete: { kind: 'count', count: 1000 } } }, run);
    const deletes = passed.calls.filter(({ method }) => method === 'delete').map(({ args }) => args[0] as string[]);
    const ofGroup = deletes.filter(([key]) => key?.startsWith('.cnt/vm/1/'));
    expect(ofGroup.map((keys) => [keys.length, keys.some((key) => key.endsWith('index.json.blob'))])).toEqual([
      [27, true],
      [27, false],
    ]);
  });

  it('ends when somebody asks, with the rest left for the next run', async () => {
    const cloud = await cloudWith();
    const before = keysOf(cloud);
    expect((await remove(cloud, { stopReason: () => 'asked' })).calls).toBe(1);
    expect(keysOf(cloud)).toEqual(before);
    await remove(cloud);
    expect(keysOf(cloud).length).toBeLessThan(before.length);
  });

  it('ends between two batches when somebody asks for it in the table', async () => {
    const cloud = await cloudWith();
    const [run, before] = [newRun(cloud), keysOf(cloud)];
    const after = async ({ method }: Call): Promise<void> => {
      if (method === 'delete') cloud.clock.advance(10_000);
      if (method === 'delete') await cloud.store.askStop(run, { at: run.startedAt });
    };
    expect((await remove(cloud, { faults: { after } }, run)).calls).toBe(1);
    const kept = keysOf(cloud);
    expect(kept.length).toBeLessThan(before.length);
    await remove(cloud);
    expect(keysOf(cloud).length).toBeLessThan(kept.length);
  });

  it('carries out its own list again after a crash, not a new one, and counts the same', async () => {
    const clean = await cloudWith();
    const wire = crash({ at: Infinity, when: 'before' });
    const { run: cleanRun } = await remove(clean, { faults: wire });
    const total = await removed(clean, cleanRun);
    for (let at = 1; at <= wire.calls; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const cloud = await cloudWith();
        const run = newRun(cloud);
        await planLine(cloud, run);
        await remove(cloud, { faults: crash({ at, when }) }, run).catch(() => undefined);
        await remove(cloud, {}, run);
        expect(keysOf(cloud)).toEqual(keysOf(clean));
        expect(await removed(cloud, run)).toEqual(total);
      }
    }
  });

  it('takes nothing of a group that the run could not bring up to date: its copies may be the last good ones', async () => {
    for (const state of ['errors', 'running', 'stopped', undefined] as const) {
      const cloud = await cloudWith();
      const run = newRun(cloud);
      await planLine(cloud, run, 'vm/1');
      if (state !== undefined) await cloud.store.saveGroup(run, { ...groupRecord({ name: 'vm/1' }), state });
      await remove(cloud, {}, run);
      expect(await removed(cloud, run)).toMatchObject({ snapshots: 1, kept: ['vm/1 (this run could not bring it up to date)'] });
      expect(keysOf(cloud)).toContain(`.cnt/vm/1/${nameOf(1)}/index.json.blob`);
    }
  });

  it('takes what vanished of a group that the run brought up to date', async () => {
    const cloud = await cloudWith();
    const run = newRun(cloud);
    await planLine(cloud, run, 'vm/1');
    await cloud.store.saveGroup(run, groupRecord({ name: 'vm/1' }));
    await remove(cloud, {}, run);
    expect(await removed(cloud, run)).toMatchObject({ snapshots: 2, kept: [] });
  });

  it('names what it keeps though it takes nothing', async () => {
    const cloud = await cloudWith({ ...STAYS, 'vm/1': [{ day: 1, protected: true }, 2] });
    await cloud.target.delete(['.cnt/ns/old/.namespace']);
    const { run } = await remove(cloud);
    expect(await removed(cloud, run)).toEqual({
      snapshots: 0,
      groups: 0,
      namespaces: 0,
      kept: [`vm/1/${nameOf(1)} (protected)`],
    });
  });

  it('takes nothing at all in a run that was refused something', async () => {
    const cloud = await cloudWith();
    const run = newRun(cloud);
    await cloud.store.saveRefusal(run, { code: 'STORE_ACCESS_DENIED', message: 'denied' });
    const before = keysOf(cloud);
    await remove(cloud, {}, run);
    expect(keysOf(cloud)).toEqual(before);
    expect(await removed(cloud, run)).toMatchObject({ snapshots: 0, kept: [expect.stringContaining('refused')] });
  });

  it('keeps what came back to the source since the list was made', async () => {
    const cloud = await cloudWith();
    const run = newRun(cloud);
    await planLine(cloud, run);
    let planned = false;
    const after = ({ method, args }: Call): void => {
      planned ||= method === 'put' && args[0] === removalKey(run);
    };
    const worker = callWorker(cloud, run, { faults: { after }, stopReason: () => (planned ? 'deadline' : undefined) });
    expect(await removeVanished(worker)).toEqual({ done: false });
    await copyObjects(await storeOf({ 'vm/1': [1, 2], 'old:vm/2': [1] }), cloud.source);
    const before = keysOf(cloud);
    await remove(cloud, {}, run);
    expect(keysOf(cloud)).toEqual(before.filter((key) => key !== '.cnt/ns/old/.namespace'));
  });

  it('leaves a group alone that another run is at work on, and names it', async () => {
    const cloud = await cloudWith();
    await stealLock(cloud, { kind: 'group', namespace: '', name: 'vm/1', missingNamespaces: [] });
    const { run } = await remove(cloud);
    expect(await removed(cloud, run)).toMatchObject({ snapshots: 1, kept: ['vm/1 (another run is at work on it)'] });
    expect(keysOf(cloud)).toContain(`.cnt/vm/1/${nameOf(1)}/index.json.blob`);
  });

  it('stops at once when its lock is lost in the middle', async () => {
    const cloud = await cloudWith({ ...STAYS, 'vm/1': [1, 2], 'vm/3': [1, 2] });
    const item = { kind: 'group', namespace: '', name: 'vm/3', missingNamespaces: [] } as const;
    let stolen = false;
    const thief = {
      before: async ({ method, args }: { method: string; args: readonly unknown[] }) => {
        if (stolen || method !== 'delete' || !String(args[0]).includes('.cnt/vm/3/')) return;
        stolen = true;
        await stealLock(cloud, item);
      },
    };
    await expect(remove(cloud, { faults: thief })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(keysOf(cloud)).toContain('.cnt/vm/3/owner');
    expect(keysOf(cloud)).not.toContain(`.cnt/vm/3/${nameOf(1)}/index.json.blob`);
  });

  it('removes nothing when its plan is refused', async () => {
    const cloud = await cloudWith({ 'vm/1': [1, 2], 'vm/2': [1, 2, 3, 4, 5, 6, 7, 8] });
    const before = keysOf(cloud);
    await expect(remove(cloud)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' });
    expect(keysOf(cloud)).toEqual(before);
  });
});
