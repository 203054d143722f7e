import { describe, expect, it } from 'vitest';
import { ConfigError, TransientError } from '../../lib/errors.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { failOnce } from '../support/faulty.ts';
import { groupItem, isManifest, lockHolder, manifestsOn, syncOnce, vmCloud } from '../support/group-sync.ts';
import { callWorker, contents, memoryCloud, newRun } from '../support/memory-run.ts';
import { vmSnapshot } from '../support/datastore-builder.ts';
import { builderOf, day, editNotes, fill, fillContent, hostOn, nameOf, vmOn } from '../support/sample-store.ts';

describe('syncGroup', () => {
  it('makes the group, then copies its snapshots, oldest first, and records what it did', async () => {
    const cloud = await vmCloud();
    const { output, record, calls } = await syncOnce(cloud);
    expect(output).toEqual({ done: true, waitSeconds: 0, cursor: null });
    expect(record).toMatchObject({ state: 'ok', snapshots: 2, snapshotsDone: 2, failures: [], failureCount: 0 });
    expect(record.tally).toMatchObject({
      snapshotsCopied: 2,
      snapshotsUpdated: 0,
      snapshotsFailed: 0,
      chunks: 5,
      chunksKnown: 3,
      verified: 5,
    });
    const puts = calls.filter(({ method }) => method === 'put').map(({ args }) => String(args[0]));
    expect(puts[0]).toBe('.cnt/vm/100/owner');
    expect(puts.filter(isManifest)).toEqual([1, 2].map((day) => `.cnt/vm/100/${nameOf(day)}/index.json.blob`));
    expect(await lockHolder(cloud)).toBeUndefined();
  });

  it('sends one GET to the source and one PUT to the target for everything it moves, and knows the empty target by one LIST', async () => {
    const cloud = await vmCloud();
    cloud.source.counts.put = 0;
    await syncOnce(cloud);
    // 5 chunks; each snapshot an index, a configuration and a manifest; the owner.
    expect(cloud.source.counts).toMatchObject({ list: 1, head: 0, get: 5 + 2 * 3 + 1 });
    expect(cloud.target.counts).toMatchObject({ list: 1 + 1, head: 0, get: 0, put: 5 + 2 * 3 + 1 });
  });

  it('remembers each snapshot in the replica catalogue', async () => {
    const cloud = await vmCloud();
    const { run } = await syncOnce(cloud);
    const replicas = await Array.fromAsync(cloud.store.listReplicas('aws/bucket-offsite/offsite', groupItem()));
    expect(replicas).toMatchObject([
      { snapshot: nameOf(1), state: 'replicated', run: run.id, chunks: 4 },
      { snapshot: nameOf(2), state: 'replicated', run: run.id, chunks: 1 },
    ]);
    expect(replicas[0]!.archives.map(({ name, size }) => [name, size])).toEqual([
      ['drive-scsi0.img.fidx', 16_384],
      ['qemu-server.conf.blob', expect.any(Number) as number],
    ]);
    const [first] = await Array.fromAsync(cloud.source.list(`.cnt/vm/100/${nameOf(1)}/index`));
    expect(replicas[0]!.sourceEtag).toBe(first![0]!.etag);
  });

  it('makes the markers of the namespaces that the plan entrusts to it, parents first', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, [hostOn(1, { namespace: 'prod/web' })]);
    const item = groupItem('host/web', 'prod/web', ['prod', 'prod/web']);
    const { calls } = await syncOnce(cloud, { item });
    const puts = calls.filter(({ method }) => method === 'put').map(({ args }) => args[0]);
    expect(puts.slice(0, 3)).toEqual([
      '.cnt/ns/prod/.namespace',
      '.cnt/ns/prod/ns/web/.namespace',
      '.cnt/ns/prod/ns/web/host/web/owner',
    ]);
    expect(cloud.lines).toContain('created namespace prod');
  });

  it('writes below the anchor of the target what is below the anchor of the source', async () => {
    const cloud = memoryCloud({ namespace: 'prod', targetNamespace: 'copy' });
    await fill(cloud.source, [hostOn(1, { namespace: 'prod/web' })]);
    await syncOnce(cloud, { item: groupItem('host/web', 'prod/web') });
    expect(manifestsOn(cloud)).toEqual([`offsite/.cnt/ns/copy/ns/web/host/web/${nameOf(1)}/index.json.blob`]);
  });

  it('carries notes of the group, protection and log with a new snapshot', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, [vmOn(1, { groupNotes: 'important', protected: true, log: 'all went well', notes: 'the first' })]);
    await syncOnce(cloud);
    for (const name of ['notes', ...['.protected', 'client.log.blob', 'index.json.blob'].map((file) => `${nameOf(1)}/${file}`)]) {
      const key = `.cnt/vm/100/${name}`;
      expect((await cloud.target.get(key))?.bytes, key).toEqual((await cloud.source.get(key))?.bytes);
    }
  });

  it('does nothing for a group that is gone from the source by now', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, []);
    const { output, record } = await syncOnce(cloud);
    expect([output.done, record.state, cloud.bucket.size]).toEqual([true, 'ok', 0]);
  });

  it('writes the owner that an earlier run did not come to write, and reads no index for it', async () => {
    const cloud = await vmCloud();
    await syncOnce(cloud);
    await cloud.target.delete(['.cnt/vm/100/owner']);
    const { record, calls } = await syncOnce(cloud);
    expect((await cloud.target.get('.cnt/vm/100/owner'))?.bytes.toString()).toBe('root@pam\n');
    expect(record).toMatchObject({ state: 'ok', snapshots: 0 });
    expect(calls.filter(({ method }) => method === 'get').map(({ args }) => args[0])).toEqual(['.cnt/vm/100/owner']);
  });

  it('ends a plan line of namespaces alone, which may be there by now', async () => {
    const cloud = memoryCloud();
    await cloud.target.put('.cnt/ns/a/.namespace', Buffer.alloc(0));
    const run = newRun(cloud);
    const output = await syncGroup({ kind: 'namespaces', missingNamespaces: ['a', 'a/b'] }, null, callWorker(cloud, run));
    expect([output.done, cloud.lines]).toEqual([true, ['created namespace a/b']]);
    expect(await cloud.store.loadGroup(run, { namespace: '', name: 'namespaces' })).toMatchObject({ state: 'ok' });
  });
});

describe('syncGroup and what is on the target', () => {
  it('carries a change of notes or verify state to the newest snapshot, and moves nothing but the manifest', async () => {
    const cloud = await vmCloud();
    await syncOnce(cloud);
    await editNotes(cloud.source, `.cnt/vm/100/${nameOf(2)}`, 'do not touch');
    const { record, calls } = await syncOnce(cloud);
    expect(record).toMatchObject({ state: 'ok', tally: { snapshotsUpdated: 1, snapshotsCopied: 0, chunks: 0 } });
    expect(calls.filter(({ method }) => method === 'put').map(({ args }) => args[0])).toEqual([
      `.cnt/vm/100/${nameOf(2)}/index.json.blob`,
    ]);
    const key = `.cnt/vm/100/${nameOf(2)}/index.json.blob`;
    expect((await cloud.target.get(key))?.bytes).toEqual((await cloud.source.get(key))?.bytes);
  });

  it('refuses to replace a snapshot that has other content under the same name', async () => {
    const cloud = await vmCloud();
    await syncOnce(cloud);
    const before = contents(cloud.target);
    const forged = memoryCloud();
    await fill(forged.source, [vmOn(1), vmOn(2, { changed: 1, compressible: 0.1 })], builderOf(forged.source, 'another seed'));
    for (const [key, object] of forged.source.objects) cloud.source.objects.set(key, object);
    const { record } = await syncOnce(cloud);
    expect(record.failures).toMatchObject([{ code: 'SNAPSHOT_CONTENT_DIFFERS', snapshot: nameOf(2) }]);
    expect(contents(cloud.target)).toEqual(before);
  });

  it('leaves a group alone that belongs to somebody else on the target', async () => {
    const cloud = await vmCloud();
    await cloud.target.put('.cnt/vm/100/owner', Buffer.from('backup@pbs\n'));
    const { record, output } = await syncOnce(cloud);
    expect([output.done, record.state, record.failures[0]?.code, cloud.bucket.size]).toEqual([
      true,
      'errors',
      'OWNER_DIFFERS',
      1,
    ]);
    expect(await lockHolder(cloud)).toBeUndefined();
  });

  it.each([
    ['missing', undefined],
    ['invalid', 'nobody'],
  ])('leaves a group alone whose owner is %s on the source', async (_, owner) => {
    const cloud = await vmCloud();
    if (owner === undefined) await cloud.source.delete(['.cnt/vm/100/owner']);
    else await cloud.source.put('.cnt/vm/100/owner', Buffer.from(owner));
    const { record } = await syncOnce(cloud);
    expect([record.state, record.failures[0]?.code, cloud.bucket.size]).toEqual(['errors', 'OWNER_INVALID', 0]);
  });

  it('borrows no chunk from a copy that it did not make itself: another tool may have left it without', async () => {
    const cloud = await vmCloud();
    const isOfDay1 = (key: string): boolean => key.includes(nameOf(1)) || key.endsWith('/owner');
    const foreign = [...cloud.source.objects].filter(([key]) => isOfDay1(key));
    cloud.bucket.fillFrom(new Map(foreign.map(([key, object]) => [key.replace('main/', 'offsite/'), object])));
    const { record } = await syncOnce(cloud);
    expect(record).toMatchObject({ state: 'ok', tally: { snapshotsCopied: 1, chunks: 4 } });
    expect(cloud.bucket.torn).toEqual([]);
  });

  it('looks chunks up one by one when the newest snapshot on a large target does not read', async () => {
    const cloud = memoryCloud({ transfersInFlight: 2 });
    const machineOn = (number: number) =>
      vmSnapshot({ id: '100', time: day(number), changed: 0.01 }, [30 * 4096], { chunkBytes: 4096 });
    const builder = builderOf(cloud.source);
    await fill(cloud.source, [machineOn(1), machineOn(2)], builder);
    await syncOnce(cloud);
    await fillContent(cloud.target, 4000);
    const built = await builder.addSnapshot(machineOn(3));
    const key = `.cnt/vm/100/${nameOf(2)}/drive-scsi0.img.fidx`;
    await cloud.target.put(key, (await cloud.target.get(key))!.bytes.subarray(0, -1));
    await cloud.source.delete(
      [...cloud.source.objects.keys()].filter((name) => name.includes(nameOf(2))).map((name) => name.slice('main/'.length)),
    );
    const { record } = await syncOnce(cloud);
    expect([record.state, record.tally.chunks, cloud.target.counts.head > 0]).toEqual(['ok', built.newChunks, true]);
    expect(cloud.lines.some((line) => line.includes('does not read'))).toBe(true);
  });
});

describe('syncGroup and errors that are not the data', () => {
  it('records why namespaces could not be made', async () => {
    const cloud = memoryCloud();
    const run = newRun(cloud);
    const denied = failOnce({ at: 1, when: 'before' }, () => new ConfigError('ACCESS_DENIED', 'denied'));
    const item = { kind: 'namespaces', missingNamespaces: ['a'] } as const;
    await expect(syncGroup(item, null, callWorker(cloud, run, { faults: denied }))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
    expect(await cloud.store.loadGroup(run, { namespace: '', name: 'namespaces' })).toMatchObject({
      state: 'errors',
      failures: [{ code: 'ACCESS_DENIED' }],
    });
  });

  it('leaves a passing fault to the machine, says in its record what it was, and lets go of its lock', async () => {
    const cloud = await vmCloud();
    const run = newRun(cloud);
    const wire = failOnce({ at: 12, when: 'before' }, () => new TransientError('SLOW_DOWN', 'throttled'));
    await expect(syncOnce(cloud, { run, faults: wire })).rejects.toMatchObject({ code: 'SLOW_DOWN' });
    expect(await cloud.store.loadGroup(run, groupItem())).toMatchObject({ state: 'running', failures: [{ code: 'SLOW_DOWN' }] });
    expect(await lockHolder(cloud)).toBeUndefined();
    const again = await syncOnce(cloud, { run });
    expect(again.record).toMatchObject({ state: 'ok', failureCount: 0 });
  });

  it.each([
    ['a fault that an operator has to mend', () => new ConfigError('ACCESS_DENIED', 'denied'), 'ACCESS_DENIED'],
    ['a bug', () => new TypeError('x is undefined'), 'BUG'],
  ])('records %s as the end of the group, and throws it', async (_, error, code) => {
    const cloud = await vmCloud();
    const run = newRun(cloud);
    await expect(syncOnce(cloud, { run, faults: failOnce({ at: 12, when: 'before' }, error) })).rejects.toThrow();
    expect(await cloud.store.loadGroup(run, groupItem())).toMatchObject({ state: 'errors', failures: [{ code }] });
    expect(await lockHolder(cloud)).toBeUndefined();
  });
});
