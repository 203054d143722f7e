import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Replica, RunRef, RunStore } from '../../lib/sync/run-store.ts';
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

  it('does not count the active run as waiting, though it died before it took its waiting entry away', async () => {
    const [first, second, third] = [run('job-a', 1), run('job-a', 2), run('job-a', 3)];
    await store.claimJob(first, NOW, LEASE);
    await store.claimJob(second, NOW, LEASE);
    await store.releaseJob(first);
    await dieAfter(1, (dying) => dying.claimJob(second, NOW, LEASE));
    expect(await store.claimJob(third, NOW, LEASE)).toEqual({ claimed: false, heldBy: 'run-2', waiting: 0 });
    expect(await store.claimJob(second, NOW, LEASE)).toEqual({ claimed: true });
  });

  it('leaves a job to its lease, or to a second release, when the release dies half way', async () => {
    const [first, second] = [run('job-b', 1), run('job-b', 2)];
    await store.claimJob(first, NOW, LEASE);
    await dieAfter(1, (dying) => dying.releaseJob(first));
    expect(await store.claimJob(second, NOW, LEASE)).toMatchObject({ claimed: false, heldBy: 'run-1' });
    await store.releaseJob(first);
    expect(await store.claimJob(second, NOW, LEASE)).toEqual({ claimed: true });
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

function run(job: string, number: number): RunRef {
  return { job, id: `run-${number}`, startedAt: new Date(NOW + number * 1000).toISOString() };
}
