import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { RunStore } from '../sync/run-store.ts';
import { openClient, type TableEndpoint } from './client.ts';
import { behindMethods } from './behind.ts';
import { deferredMethods } from './deferred.ts';
import { groupMethods } from './groups.ts';
import { lockMethods } from './locks.ts';
import { outcomeMethods } from './outcomes.ts';
import { replicaMethods } from './replicas.ts';
import { runMethods } from './runs.ts';
import { standingMethods } from './standing.ts';
import { startGateMethods } from './start-gate.ts';
import { stopMethods } from './stops.ts';
import { turnMethods } from './turns.ts';
import { writtenMethods } from './written.ts';
import { suspensionMethods } from './suspensions.ts';
import { tickMethods } from './ticks.ts';

export type RunStoreOptions = { readonly table: string } & (TableEndpoint | { readonly client: DynamoDBDocumentClient });

/** The run store on one DynamoDB table with the string keys `pk` and `sk`; docs/architecture.md lists its items. */
export function openRunStore(options: RunStoreOptions): RunStore {
  const client = 'client' in options ? options.client : openClient(options);
  const table = { client, name: options.table };
  return {
    ...turnMethods(table),
    ...tickMethods(table),
    ...suspensionMethods(table),
    ...runMethods(table),
    ...stopMethods(table),
    ...groupMethods(table),
    ...deferredMethods(table),
    ...outcomeMethods(table),
    ...lockMethods(table),
    ...startGateMethods(table),
    ...replicaMethods(table),
    ...writtenMethods(table),
    ...behindMethods(table),
    ...standingMethods(table),
  };
}
