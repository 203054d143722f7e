import { mergeOverrides, otherSelection, parseJob, runTrigger } from '../lib/config/job-document.ts';
import { readRunInput } from '../lib/config/run-input.ts';
import { type Call, defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { nextGroups } from '../lib/sync/next-groups.ts';
import type { NextGroupsInput, Round, StartRunInput, StartRunOutput } from '../lib/sync/payloads.ts';
import { startRun } from '../lib/sync/start-run.ts';

/** Plans a run, and each of its rounds after the first. */
export const startRunFunction = defineFunction<StartRunInput | NextGroupsInput>('start-run', (input, call) =>
  'after' in input ? next(input, call) : start(input, call),
);

async function start(input: StartRunInput, { services, host, context }: Call): Promise<StartRunOutput> {
  const { overrides, written } = readRunInput(input.overrides);
  const document = mergeOverrides(input.job, overrides);
  const worker = services.openWorker(parseJob(document), input.run, context);
  const trigger = { ...runTrigger(document), written, selects: otherSelection(input.job, document) };
  const decision = await startRun(trigger, services.openControl(), { ...worker, tell: host.tell });
  return { ...decision, job: document };
}

function next({ job, run, after }: NextGroupsInput, { services, context }: Call): Promise<Round> {
  return nextGroups(after, services.openControl(), services.openWorker(parseJob(job), run, context));
}

export const handler = onLambda(startRunFunction);
