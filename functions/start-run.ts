import { mergeOverrides, parseJob, runTrigger } from '../lib/config/job-document.ts';
import { readRunInput } from '../lib/config/run-input.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import type { StartRunInput, StartRunOutput } from '../lib/sync/payloads.ts';
import { startRun } from '../lib/sync/start-run.ts';

export const startRunFunction = defineFunction<StartRunInput>('start-run', async (input, { services, context }) => {
  const { overrides, written } = readRunInput(input.overrides);
  const document = mergeOverrides(input.job, overrides);
  const worker = services.openWorker(parseJob(document), input.run, context);
  const decision = await startRun({ ...runTrigger(document), written }, services.openControl(), worker);
  return { ...decision, job: document } satisfies StartRunOutput;
});

export const handler = onLambda(startRunFunction);
