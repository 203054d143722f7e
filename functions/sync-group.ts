import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import type { SyncGroupInput } from '../lib/sync/payloads.ts';
import { syncGroup } from '../lib/sync/sync-group.ts';

export const syncGroupFunction = defineFunction<SyncGroupInput>('sync-group', (input, { services, context }) =>
  syncGroup(input.item, input.cursor, services.openWorker(parseJob(input.job), input.run, context)),
);

export const handler = onLambda(syncGroupFunction);
