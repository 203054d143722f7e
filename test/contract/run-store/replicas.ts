import { expect, it } from 'vitest';
import type { Replica, RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, group } from './samples.ts';

export function describeReplicas(store: () => RunStore): void {
  const vm = group('a/b', 'vm/100');

  it('gives back a replica as it was saved, replacing the one before', async () => {
    const target = fresh('target');
    const full: Replica = {
      ...replica('2025-11-01T08:10:00Z'),
      sourceEtag: 'e1',
      archives: [{ name: 'drive-scsi0.img.fidx', checksum: 'ab'.repeat(32), size: 34_359_738_368 }],
    };
    await store().saveReplica(target, vm, { ...replica(full.snapshot, 'failed'), error: 'CHUNK_DAMAGED: chunk 4ff4' });
    await store().saveReplica(target, vm, full);
    await store().saveReplica(target, vm, full);
    expect(await store().loadReplica(target, vm, full.snapshot)).toStrictEqual(full);
  });

  it('knows no replica that was never saved or was removed', async () => {
    const target = fresh('target');
    const { snapshot } = replica('2025-11-01T08:10:00Z');
    expect(await store().loadReplica(target, vm, snapshot)).toBeUndefined();
    await store().saveReplica(target, vm, replica(snapshot));
    await store().removeReplica(target, vm, snapshot);
    await store().removeReplica(target, vm, snapshot);
    expect(await store().loadReplica(target, vm, snapshot)).toBeUndefined();
    expect(await Array.fromAsync(store().listReplicas(target, vm))).toEqual([]);
  });

  it('lists the replicas of one group in the order of their snapshots', async () => {
    const target = fresh('target');
    const snapshots = ['2025-11-02T08:10:00Z', '2025-10-31T23:59:59Z', '2025-11-01T08:10:00Z'];
    for (const snapshot of snapshots) await store().saveReplica(target, vm, replica(snapshot));
    await store().saveReplica(target, group('a', 'b/vm/100'), replica('2025-11-03T08:10:00Z'));
    await store().saveReplica(fresh('target'), vm, replica('2025-11-04T08:10:00Z'));
    const listed = await Array.fromAsync(store().listReplicas(target, vm));
    expect(listed.map(({ snapshot }) => snapshot)).toEqual(snapshots.toSorted());
  });
}

export function describeFailed(store: () => RunStore): void {
  const vm = group('', 'vm/100');
  const failedOf = async (target: string): Promise<string[]> => {
    const failed = await Array.fromAsync(store().listFailed(target));
    return failed.map(({ group: { namespace, name }, snapshot }) => `${namespace}:${name}:${snapshot}`).toSorted();
  };

  it('lists every snapshot of one target whose last attempt failed', async () => {
    const target = fresh('target');
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    await store().saveReplica(target, vm, replica('s2'));
    await store().saveReplica(target, group('a#b', 'ct/1'), replica('s3', 'failed'));
    await store().saveReplica(fresh('target'), vm, replica('s4', 'failed'));
    expect(await failedOf(target)).toEqual([':vm/100:s1', 'a#b:ct/1:s3']);
  });

  it('no longer lists a snapshot that was replicated or removed since', async () => {
    const target = fresh('target');
    for (const snapshot of ['s1', 's2', 's3']) await store().saveReplica(target, vm, replica(snapshot, 'failed'));
    await store().saveReplica(target, vm, replica('s1'));
    await store().removeReplica(target, vm, 's2');
    expect(await failedOf(target)).toEqual([':vm/100:s3']);
  });

  it('lists a snapshot again that failed after it was replicated', async () => {
    const target = fresh('target');
    await store().saveReplica(target, vm, replica('s1'));
    await store().saveReplica(target, vm, replica('s1', 'failed'));
    expect(await failedOf(target)).toEqual([':vm/100:s1']);
  });
}

function replica(snapshot: string, state: Replica['state'] = 'replicated'): Replica {
  return { snapshot, state, at: '2025-11-01T09:00:00.000Z', run: 'run-1', archives: [], chunks: 3, bytes: 12_345 };
}
