import { expect, it } from 'vitest';
import { noRequests } from '../../../lib/datastore/object-store.ts';
import { type GroupRecord, MAX_FAILURES } from '../../../lib/sync/report/group-record.ts';
import type { RunRecord, RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, group, run } from './samples.ts';

export function describeRuns(store: () => RunStore): void {
  it('gives back a run as it was saved, with all its members or with the least', async () => {
    const job = fresh('job');
    const most: RunRecord = {
      ...run(job, 1),
      state: 'ok',
      scheduledTime: '2025-11-01T08:00:00Z',
      endedAt: '2025-11-01T09:00:00.000Z',
      planKey: 'plans/1.jsonl',
      groups: 12,
      held: { reach: 'all', snapshots: 1200 },
      reportKey: 'reports/1',
      message: 'all is well',
      quiet: true,
      summary: {
        ...{ seconds: 12.5, copied: 3, updated: 1, failed: 0, removed: 2, bytes: 4096, chunks: 7, failureCount: 1 },
        ...{ groupsOk: 2, groupsErrors: 1, groupsUnfinished: 0, lagSeconds: 60, missing: 1 },
      },
    };
    const least: RunRecord = { ...run(job, 2), state: 'running' };
    for (const record of [most, least]) await store().saveRun(record);
    expect(await store().loadRun(run(job, 1))).toEqual(most);
    expect(await store().loadRun(run(job, 2))).toStrictEqual(least);
  });

  it('remembers what a run was refused, the last one, and nothing of other runs', async () => {
    const job = fresh('job');
    expect(await store().loadRefusal(run(job, 1))).toBeUndefined();
    for (const message of ['first', 'last']) await store().saveRefusal(run(job, 1), { code: 'DENIED', message });
    expect(await store().loadRefusal(run(job, 1))).toStrictEqual({ code: 'DENIED', message: 'last' });
    expect(await store().loadRefusal(run(job, 2))).toBeUndefined();
    expect(await store().listRuns(job, 10)).toEqual([]);
    expect(await Array.fromAsync(store().listGroups(run(job, 1)))).toEqual([]);
  });

  it('remembers who was the first to ask a run to stop, and nothing of other runs', async () => {
    const job = fresh('job');
    expect(await store().loadStop(run(job, 1))).toBeUndefined();
    const first = { at: '2025-11-01T08:00:00.000Z', by: 'ops' };
    for (const ask of [first, { at: '2025-11-01T09:00:00.000Z' }]) await store().askStop(run(job, 1), ask);
    expect(await store().loadStop(run(job, 1))).toStrictEqual(first);
    await store().askStop(run(job, 3), { at: first.at });
    expect(await store().loadStop(run(job, 3))).toStrictEqual({ at: first.at });
    expect(await store().loadStop(run(job, 2))).toBeUndefined();
    expect(await store().listRuns(job, 10)).toEqual([]);
  });

  it('knows no run that was never saved', async () => {
    expect(await store().loadRun(run(fresh('job'), 1))).toBeUndefined();
  });

  it('replaces what was saved before, and keeps no member of it', async () => {
    const job = fresh('job');
    await store().saveRun({ ...run(job, 1), state: 'waiting', message: 'waits' });
    await store().saveRun({ ...run(job, 1), state: 'running' });
    await store().saveRun({ ...run(job, 1), state: 'running' });
    expect(await store().listRuns(job, 10)).toStrictEqual([{ ...run(job, 1), state: 'running' }]);
  });

  it('lists the newest runs of one job first, and no more than asked for', async () => {
    const job = fresh('job');
    for (const number of [2, 1, 3]) await store().saveRun({ ...run(job, number), state: 'ok' });
    await store().saveRun({ ...run(fresh('job'), 4), state: 'ok' });
    const ids = async (limit: number): Promise<string[]> => (await store().listRuns(job, limit)).map(({ id }) => id);
    expect(await ids(10)).toEqual(['run-3', 'run-2', 'run-1']);
    expect(await ids(2)).toEqual(['run-3', 'run-2']);
    expect(await ids(0)).toEqual([]);
  });
}

export function describeGroups(store: () => RunStore): void {
  it('gives back a group record as it was saved, replacing the one before', async () => {
    const ref = run(fresh('job'), 1);
    const full: GroupRecord = {
      ...groupRecord('a/b', 'vm/100'),
      doing: '2025-11-01T08:10:00Z chunks',
      skipped: [{ reason: 'older-than-newest', count: 2, first: '2025-10-01T00:00:00Z', last: '2025-10-02T00:00:00Z' }],
      failures: [
        { kind: 'DataError', code: 'CHUNK_DAMAGED', message: 'chunk 4ff4 is damaged', snapshot: 's', archive: 'a', digest: 'd' },
      ],
      failureCount: 1,
    };
    await store().saveGroup(ref, full);
    expect(await store().loadGroup(ref, group('a/b', 'vm/100'))).toEqual(full);
    const bare = groupRecord('a/b', 'vm/100');
    await store().saveGroup(ref, bare);
    await store().saveGroup(ref, bare);
    expect(await store().loadGroup(ref, group('a/b', 'vm/100'))).toStrictEqual(bare);
  });

  it('knows no group that was never saved', async () => {
    const ref = run(fresh('job'), 1);
    expect(await store().loadGroup(ref, group('', 'vm/100'))).toBeUndefined();
    expect(await Array.fromAsync(store().listGroups(ref))).toEqual([]);
  });

  it('lists all groups of one run and of no other, over many pages', async () => {
    const ref = run(fresh('job'), 1);
    const failures = Array.from({ length: MAX_FAILURES }, () => ({ kind: 'DataError', code: 'X', message: 'm'.repeat(900) }));
    const records = Array.from({ length: 60 }, (_, index) => ({ ...groupRecord('', `vm/${index}`), failures }));
    for (const record of records) await store().saveGroup(ref, record);
    await store().saveGroup({ ...ref, id: 'other' }, groupRecord('', 'vm/other'));
    const names = (await Array.fromAsync(store().listGroups(ref))).map(({ name }) => name);
    expect(names.toSorted()).toEqual(records.map(({ name }) => name).toSorted());
  });

  it('keeps groups apart that read alike', async () => {
    const ref = run(fresh('job'), 1);
    const records = [
      groupRecord('a/b', 'c'),
      groupRecord('a', 'b/c'),
      groupRecord('', 'a/b/c'),
      groupRecord('a#b', 'c'),
      groupRecord('a', 'b#c'),
    ];
    for (const record of records) await store().saveGroup(ref, record);
    expect(await Array.fromAsync(store().listGroups(ref))).toHaveLength(records.length);
    for (const record of records) expect(await store().loadGroup(ref, record)).toEqual(record);
  });
}

function groupRecord(namespace: string, name: string): GroupRecord {
  const moved = {
    snapshotsCopied: 1,
    snapshotsUpdated: 0,
    snapshotsFailed: 0,
    chunks: 7,
    chunksKnown: 2,
    chunksTwice: 1,
    bytes: 5_000_000_000,
    bytesSaved: 8_388_608,
    copied: 0,
    verified: 7,
  };
  return {
    namespace,
    name,
    state: 'running',
    startedAt: '2025-11-01T08:00:00.000Z',
    updatedAt: '2025-11-01T08:00:01.000Z',
    snapshots: 3,
    snapshotsDone: 1,
    tally: { ...moved, source: { ...noRequests(), get: 9 }, target: { ...noRequests(), put: 9 } },
    skipped: [],
    failures: [],
    failureCount: 0,
  };
}
