import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Lock, LockKey, RunRef, RunStore } from '../../lib/sync/run-store.ts';
import { openInterruptedClient } from './open-client.ts';

const NOW = Date.parse('2025-11-01T08:00:00.000Z');
const LEASE = 60_000;

describe('a holder that goes between the refused write and the question who it is', () => {
  let table: LocalTable;
  let store: RunStore;
  beforeAll(async () => {
    table = await openMemoryTable();
    store = openRunStore({ table: table.name, environment: table.environment });
  });
  afterAll(() => table.close());

  const interrupted = (before: Parameters<typeof openInterruptedClient>[1]): RunStore =>
    openRunStore({ table: table.name, client: openInterruptedClient(table, before) });

  it('leaves its lock to the one who asks', async () => {
    const key = lockKey('vm/1');
    const held = await hold(store, key);
    const asking = interrupted({ read: () => store.releaseLock(held) });
    expect(await asking.acquireLock(key, 'asker', NOW, LEASE)).toMatchObject({ lock: { owner: 'asker' } });
  });

  it('makes the one who asks try again later when the lock changes hands each time', async () => {
    const key = lockKey('vm/2');
    let held: Lock;
    const asking = interrupted({
      write: async () => (held = await hold(store, key)),
      read: () => store.releaseLock(held),
    });
    await expect(asking.acquireLock(key, 'asker', NOW, LEASE)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'LOCK_CONTENDED',
    });
  });

  it('leaves its job to the run that asks', async () => {
    const [active, asker] = [run('job-a', 1), run('job-a', 2)];
    await store.claimJob(active, NOW, LEASE);
    const asking = interrupted({ read: () => store.releaseJob(active) });
    expect(await asking.claimJob(asker, NOW, LEASE)).toEqual({ claimed: true });
  });

  it('makes the run that asks try again later when another one is active each time', async () => {
    const [active, asker] = [run('job-b', 1), run('job-b', 2)];
    const asking = interrupted({
      write: () => store.claimJob(active, NOW, LEASE),
      read: () => store.releaseJob(active),
    });
    await expect(asking.claimJob(asker, NOW, LEASE)).rejects.toMatchObject({ name: 'TransientError', code: 'JOB_CONTENDED' });
  });
});

async function hold(store: RunStore, key: LockKey): Promise<Lock> {
  const answer = await store.acquireLock(key, 'holder', NOW, LEASE);
  if ('lock' in answer) return answer.lock;
  throw new Error(`held by ${answer.heldBy}`);
}

function lockKey(name: string): LockKey {
  return { target: 'target', group: { namespace: '', name } };
}

function run(job: string, number: number): RunRef {
  return { job, id: `run-${number}`, startedAt: new Date(NOW + number * 1000).toISOString() };
}
