import { z } from 'zod';
import type { Group } from '../datastore/group.ts';
import type { Replica, RunStore } from '../sync/run-store.ts';
import { boundReplica } from './bounds.ts';
import { failedItem, failedOf, replicaItem, replicasOf } from './keys.ts';
import { ReplicaSchema } from './records.ts';
import { deleteItem, putItem, queryItems, readItem, type Table } from './table.ts';

type ReplicaMethods = Pick<RunStore, 'saveReplica' | 'removeReplica' | 'loadReplica' | 'listReplicas' | 'listFailed'>;

const FailedSchema = z.object({ namespace: z.string(), name: z.string(), snapshot: z.string() });

/** A failed replica has a second item, its mark, in the target's own list of failures. */
export function replicaMethods(table: Table): ReplicaMethods {
  return {
    saveReplica: (target, group, replica) => save(table, target, group, replica),
    removeReplica: async (target, group, snapshot) => {
      await deleteItem(table, replicaItem(target, group, snapshot));
      await deleteItem(table, failedItem(target, group, snapshot));
    },
    loadReplica: (target, group, snapshot) => readItem(table, replicaItem(target, group, snapshot), ReplicaSchema),
    listReplicas: (target, group) => queryItems(table, { pk: replicasOf(target, group) }, ReplicaSchema),
    listFailed: (target) => listFailed(table, target),
  };
}

/** The mark is made before the replica fails and goes after it is well: a crash between costs one retry, never a failure. */
async function save(table: Table, target: string, group: Group, replica: Replica): Promise<void> {
  const mark = failedItem(target, group, replica.snapshot);
  const item = { ...boundReplica(replica), ...replicaItem(target, group, replica.snapshot) };
  if (replica.state === 'failed') {
    await putItem(table, { ...group, snapshot: replica.snapshot, ...mark });
    await putItem(table, item);
  } else {
    await putItem(table, item);
    await deleteItem(table, mark);
  }
}

async function* listFailed(table: Table, target: string): AsyncGenerator<{ group: Group; snapshot: string }> {
  for await (const { namespace, name, snapshot } of queryItems(table, { pk: failedOf(target) }, FailedSchema)) {
    yield { group: { namespace, name }, snapshot };
  }
}
