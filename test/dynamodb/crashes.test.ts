import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Replica, RunStore } from '../../lib/sync/run-store.ts';
import { asker } from '../contract/run-store/samples.ts';
import { openForgetfulClient, openMortalClient } from './open-client.ts';

const NOW = Date.parse('2025-11-01T08:00:00.000Z');
const LEASE = 60_000;
const VM = { namespace: '', name: 'vm/100' };

describe('a process that dies between two writes', () => {
  let table: LocalTable;
  let store: RunStore;
  beforeAll(async () => {
    table = await openMemoryTable();
    store = openRunStore({ table: table.name, environment: table.environment });
  });
  afterAll(() => table.close());

  /** Calls the store as a process that dies before its write number `writes`, counted from 0. */
  const dieAfter = async (writes: number, call: (dying: RunStore) => Promise<unknown>): Promise<void> => {
    const dying = openRunStore({ table: table.name, client: openMortalClient(table, writes) });
    await expect(call(dying)).rejects.toThrow('died');
  };
  const failedOf = async (target: string): Promise<string[]> =>
    (await Array.fromAsync(store.listFailed(target))).map(({ snapshot }) => snapshot);

  it('has the failure of a snapshot in the list as soon as the replica may read as failed', async () => {
    await dieAfter(1, (dying) => dying.saveReplica('fails', VM, replica('failed')));
    expect(await failedOf('fails')).toEqual(['s1']);
    expect(await store.loadReplica('fails', VM, 's1')).toBeUndefined();
  });

  it('retries a replicated snapshot once more rather than losing a failure', async () => {
    await store.saveReplica('heals', VM, replica('failed'));
    await dieAfter(1, (dying) => dying.saveReplica('heals', VM, replica('replicated')));
    expect(await store.loadReplica('heals', VM, 's1')).toMatchObject({ state: 'replicated' });
    expect(await failedOf('heals')).toEqual(['s1']);
    await store.saveReplica('heals', VM, replica('replicated'));
    expect(await failedOf('heals')).toEqual([]);
  });

  it('finishes the removal of a replica when it is asked again', async () => {
    await store.saveReplica('goes', VM, replica('failed'));
    await dieAfter(1, (dying) => dying.removeReplica('goes', VM, 's1'));
    expect(await failedOf('goes')).toEqual(['s1']);
    await store.removeReplica('goes', VM, 's1');
    expect(await failedOf('goes')).toEqual([]);
  });

  it('gives a run its turn though it died between its lease and its place in line', async () => {
    const [first, second, third] = [asker('job-a', 1), asker('job-a', 2), asker('job-a', 3)];
    await store.askTurn(first, NOW, LEASE);
    await dieAfter(1, (dying) => dying.askTurn(second, NOW, LEASE));
    expect(await store.askTurn(third, NOW, LEASE)).toEqual({ decision: 'wait', ahead: ['run-1'], waiting: [] });
    await store.releaseTurn(third);
    expect(await store.askTurn(second, NOW, LEASE)).toMatchObject({ decision: 'wait' });
  });

  it('lets the next run go when the release of the one before it dies half way', async () => {
    const [first, second] = [asker('job-b', 1), asker('job-b', 2)];
    await store.askTurn(first, NOW, LEASE);
    await dieAfter(1, (dying) => dying.releaseTurn(first));
    expect(await store.askTurn(second, NOW, LEASE)).toEqual({ decision: 'go' });
    await store.releaseTurn(first);
    expect(await store.renewTurn(second, NOW, LEASE)).toBe(true);
  });

  it('keeps its one place in line when the answers to its writes are lost', async () => {
    const forgetful = openRunStore({ table: table.name, client: openForgetfulClient(table) });
    await forgetful.askTurn(asker('job-c', 1), NOW, LEASE);
    expect(await forgetful.askTurn(asker('job-c', 2), NOW, LEASE)).toMatchObject({ decision: 'wait', waiting: [] });
    await forgetful.releaseTurn(asker('job-c', 1));
    expect(await forgetful.askTurn(asker('job-c', 2), NOW, LEASE)).toEqual({ decision: 'go' });
  });

  it('acquires at the second try with a second fence when the answer to the first is lost', async () => {
    const forgetful = openRunStore({ table: table.name, client: openForgetfulClient(table) });
    const answer = await forgetful.acquireLock({ target: 'lost', group: VM }, 'owner', NOW, LEASE);
    expect(answer).toMatchObject({ lock: { fence: 2 } });
  });
});

function replica(state: Replica['state']): Replica {
  return { snapshot: 's1', state, at: '2025-11-01T09:00:00.000Z', run: 'run-1', archives: [], chunks: 3, bytes: 12_345 };
}
