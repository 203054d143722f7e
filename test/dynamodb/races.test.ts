import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Lock, LockKey } from '../../lib/sync/overlap/lock-store.ts';
import type { RunStore } from '../../lib/sync/run-store.ts';
import { asker } from '../contract/run-store/samples.ts';
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

  it('gives the turn to the run that asks', async () => {
    const [active, waits] = [asker('job-a', 1), asker('job-a', 2)];
    await store.askTurn(active, NOW, LEASE);
    let left = 1;
    const asking = interrupted({ read: async () => left-- > 0 && store.releaseTurn(active) });
    expect(await asking.askTurn(waits, NOW, LEASE)).toEqual({ decision: 'go' });
  });

  it('makes the run that asks try again later when the turns change each time', async () => {
    const [active, waits] = [asker('job-b', 1), asker('job-b', 2)];
    let change = 0;
    const asking = interrupted({
      write: () => ((change += 1) % 2 === 0 ? store.askTurn(active, NOW, LEASE) : store.releaseTurn(active)),
    });
    await expect(asking.askTurn(waits, NOW, LEASE)).rejects.toMatchObject({ name: 'TransientError', code: 'JOB_CONTENDED' });
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
