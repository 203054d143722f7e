import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { finishRun } from '../lib/sync/finish-run.ts';
import type { FinishRunInput } from '../lib/sync/payloads.ts';

export const finishRunFunction = defineFunction<FinishRunInput>('finish-run', (input, { services, host, context }) => {
  const worker = services.openWorker(parseJob(input.start?.job ?? input.job), input.run, context);
  return finishRun(input, { ...worker, control: services.openControl(), announce: (report) => host.announce(report) });
});

export const handler = onLambda(finishRunFunction);
