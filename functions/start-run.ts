import { mergeOverrides, parseJob, runTrigger } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import type { StartRunInput, StartRunOutput } from '../lib/sync/payloads.ts';
import { startRun } from '../lib/sync/start-run.ts';

export const startRunFunction = defineFunction<StartRunInput>('start-run', async (input, { services, context }) => {
  const document = mergeOverrides(input.job, input.overrides);
  const worker = services.openWorker(parseJob(document), input.run, context);
  const decision = await startRun(runTrigger(document), services.openControl(), worker);
  return { ...decision, job: document } satisfies StartRunOutput;
});

export const handler = onLambda(startRunFunction);
