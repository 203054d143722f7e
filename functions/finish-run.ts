import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { finishRun } from '../lib/sync/finish-run.ts';
import type { FinishRunInput } from '../lib/sync/payloads.ts';

export const finishRunFunction = defineFunction<FinishRunInput>('finish-run', (input, { services, host }) => {
  const run = services.openRun(parseJob(input.start?.job ?? input.job), input.run);
  const { controlBucket, leaseMs } = services;
  const { tell, measureRun } = host;
  return finishRun(input, { ...run, control: services.openControl(), controlBucket, leaseMs, tell, measureRun });
});

export const handler = onLambda(finishRunFunction);
