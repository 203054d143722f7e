import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import type { RemoveVanishedInput } from '../lib/sync/payloads.ts';
import { removeVanished } from '../lib/sync/remove-vanished.ts';

export const removeVanishedFunction = defineFunction<RemoveVanishedInput>('remove-vanished', (input, { services, context }) =>
  removeVanished(services.openRemovalWorker(parseJob(input.job), input.run, context)),
);

export const handler = onLambda(removeVanishedFunction);
