import fc from 'fast-check';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { openClient } from '../../lib/dynamodb/client.ts';
import {
  failedItem,
  groupItem,
  lockItem,
  outcomeItem,
  replicaItem,
  runItem,
  scheduleItem,
  causeItem,
  turnLeaseItem,
} from '../../lib/dynamodb/keys.ts';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { type GroupRecord, MAX_FAILURES } from '../../lib/sync/report/group-record.ts';
import type { Outcome } from '../../lib/sync/report/outcome.ts';

const AT = '2025-11-01T08:00:00.000Z';
const AT_SECONDS = Date.parse(AT) / 1000;
const DAY = 86_400;
const REF = { job: 'job', id: 'run-1', startedAt: AT };
const VM = { namespace: 'a/b', name: 'vm/100' };

describe('the keys of items', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '#', '%', '/', '2', '3', '5', 'é'), maxLength: 4 });

  it('differ for all names that differ', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 4, maxLength: 4 }), fc.array(part, { minLength: 4, maxLength: 4 }), (a, b) => {
        for (const keysOf of allKeys) {
          const [left, right] = [keysOf(a), keysOf(b)];
          const same = left.names.join('\0') === right.names.join('\0');
          expect(JSON.stringify(left.key) === JSON.stringify(right.key)).toBe(same);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  const allKeys = [
    ([a = '', b = '', c = '']: string[]) => ({
      names: [a, b, c],
      key: lockItem({ target: a, group: { namespace: b, name: c } }),
    }),
    ([a = '', b = '']: string[]) => ({ names: [a, b], key: causeItem(a, b) }),
    ([a = '', b = '', c = '']: string[]) => ({ names: [a, b, c], key: turnLeaseItem({ job: a, id: b, startedAt: c }) }),
    ([a = '', b = '']: string[]) => ({ names: [a, b], key: scheduleItem(a, b) }),
    ([a = '', b = '', c = '']: string[]) => ({ names: [a, b, c], key: runItem({ job: a, id: b, startedAt: c }) }),
    ([a = '', b = '', c = '', d = '']: string[]) => ({
      names: [a, b, c, d],
      key: groupItem({ job: a, id: b, startedAt: AT }, { namespace: c, name: d }),
    }),
    ([a = '', b = '', c = '', d = '']: string[]) => ({
      names: [a, b, c, d],
      key: outcomeItem({ job: a, id: 'run-1', startedAt: AT }, { namespace: b, name: c }, d),
    }),
    ([a = '', b = '', c = '', d = '']: string[]) => ({ names: [a, b, c, d], key: replicaItem(a, { namespace: b, name: c }, d) }),
    ([a = '', b = '', c = '', d = '']: string[]) => ({ names: [a, b, c, d], key: failedItem(a, { namespace: b, name: c }, d) }),
  ];
});

describe('the items of the table', () => {
  it('live as long as docs/architecture.md says: locks long after their lease, replicas for ever', async () => {
    const { store, scan } = await open();
    const now = Date.parse(AT);
    await store.claimCause('job', AT, 'run-1', now);
    await store.askTurn({ ...REF, order: AT, overlap: 'queue', queueDepth: 1 }, now, 60_000);
    await store.saveTick('job', 'main', { times: 'daily UTC', served: AT, run: 'run-1' }, undefined);
    await store.saveSuspension('job', { since: AT });
    await store.saveSuspension(undefined, { since: AT, until: AT });
    await store.saveRun({ ...REF, state: 'running' });
    await store.askStop(REF, { at: AT });
    await store.saveGroup(REF, record([]));
    await store.saveOutcome(REF, VM, failedOutcome('x'));
    await store.acquireLock({ target: 'aws/b/main', group: VM }, 'owner', now, 60_000);
    const replica = { snapshot: AT, state: 'failed', at: AT, run: 'run-1', archives: [], chunks: 0, bytes: 0 } as const;
    await store.saveReplica('aws/b/main', VM, replica);
    const lifetimes = (await scan()).map((item) => [item['pk'], item['sk'], ttlOf(item)]);
    expect(new Set(lifetimes)).toEqual(
      new Set([
        [`CAUSE#job#${AT}`, 'CAUSE', AT_SECONDS + 7 * DAY],
        ['TURNS#job', 'TURNS', AT_SECONDS + 365 * DAY],
        ['TURNS#job', `LEASE#${AT}#run-1`, AT_SECONDS + 60 + 7 * DAY],
        ['SCHEDULE#job', 'main', AT_SECONDS + 800 * DAY],
        ['SUSPENDED#job', 'SUSPENDED', undefined],
        ['SUSPENDED#*', 'SUSPENDED', AT_SECONDS + 7 * DAY],
        ['RUNS#job', `${AT}#run-1`, AT_SECONDS + 90 * DAY],
        [`STOP#job#${AT}#run-1`, 'STOP', AT_SECONDS + 90 * DAY],
        [`RUN#job#${AT}#run-1`, 'a/b#vm/100', AT_SECONDS + 90 * DAY],
        [`OUTCOMES#job#${AT}#run-1`, `a/b#vm/100#${AT}`, AT_SECONDS + 90 * DAY],
        ['LOCK#aws/b/main#a/b#vm/100', 'LOCK', AT_SECONDS + 60 + 365 * DAY],
        ['REPLICA#aws/b/main#a/b#vm/100', AT, undefined],
        ['FAILED#aws/b/main', `a/b#vm/100#${AT}`, undefined],
      ]),
    );
  });

  it('stay within the size of an item, however much went wrong', async () => {
    const { store } = await open();
    const failures = Array.from({ length: 200 }, () => ({ kind: 'DataError', code: 'X', message: '💥'.repeat(50_000) }));
    await store.saveGroup(REF, { ...record(failures), doing: 'x'.repeat(500_000) });
    const group = await store.loadGroup(REF, VM);
    expect(group?.failures).toHaveLength(MAX_FAILURES);
    expect(group?.failureCount).toBe(200);
    expect(group?.failures[0]?.message.isWellFormed()).toBe(true);

    const archives = Array.from({ length: 5_000 }, (_, size) => ({ name: 'n'.repeat(255), checksum: 'c'.repeat(64), size }));
    const replica = {
      snapshot: AT,
      state: 'failed',
      at: AT,
      run: 'run-1',
      archives,
      chunks: 0,
      bytes: 0,
      error: 'x'.repeat(500_000),
    } as const;
    await store.saveReplica('target', VM, replica);
    expect(await store.loadReplica('target', VM, AT)).toMatchObject({ state: 'failed' });

    await store.saveOutcome(REF, VM, failedOutcome('💥'.repeat(500_000)));
    expect(await Array.fromAsync(store.listOutcomes(REF))).toMatchObject([{ outcome: { outcome: 'failed' } }]);

    await store.saveRun({ ...REF, state: 'failed', message: 'x'.repeat(500_000) });
    expect(await store.loadRun(REF)).toMatchObject({ state: 'failed' });
  });
});

function failedOutcome(message: string): Outcome {
  const moved = { chunks: 0, chunksKnown: 0, chunksTwice: 0, bytes: 0, bytesSaved: 0, copied: 0, verified: 0 };
  const failure = { kind: 'DataError', code: 'X', message };
  return { outcome: 'failed', snapshot: AT, reason: 'new', endedAt: AT, seconds: 1, moved, failure };
}

async function open() {
  const table = await openMemoryTable();
  onTestFinished(() => table.close());
  const client = openClient(table);
  const scan = async (): Promise<Record<string, unknown>[]> =>
    (await client.send(new ScanCommand({ TableName: table.name }))).Items ?? [];
  return { store: openRunStore({ table: table.name, client }), scan };
}

function ttlOf(item: Record<string, unknown>): unknown {
  return item['expires-at'];
}

function record(failures: GroupRecord['failures']): GroupRecord {
  const moved = {
    snapshotsCopied: 0,
    snapshotsUpdated: 0,
    snapshotsFailed: 0,
    chunks: 0,
    chunksKnown: 0,
    chunksTwice: 0,
    bytes: 0,
    bytesSaved: 0,
    copied: 0,
    verified: 0,
  };
  const times = { startedAt: AT, updatedAt: AT };
  const tally = { ...moved, source: noRequests(), target: noRequests() };
  return {
    ...VM,
    state: 'errors',
    ...times,
    snapshots: 1,
    snapshotsDone: 0,
    tally,
    skipped: [],
    failures,
    failureCount: failures.length,
  };
}
