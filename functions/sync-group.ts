import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import type { SyncGroupInput } from '../lib/sync/payloads.ts';
import { syncGroup } from '../lib/sync/sync-group.ts';

export const syncGroupFunction = defineFunction<SyncGroupInput>('sync-group', async (input, { services, context }) => {
  const worker = services.openWorker(parseJob(input.job), input.run, context);
  const output = await syncGroup(input.item, input.cursor, worker, input.place);
  return { ...output, place: output.place ?? null };
});

export const handler = onLambda(syncGroupFunction);
