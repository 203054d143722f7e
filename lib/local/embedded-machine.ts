import type { JobDocument } from '../config/job-document.ts';
import { finishRunFunction } from '../../functions/finish-run.ts';
import { removeVanishedFunction } from '../../functions/remove-vanished.ts';
import { startRunFunction } from '../../functions/start-run.ts';
import { syncGroupFunction } from '../../functions/sync-group.ts';
import { formatErrorChain, TransientError } from '../errors.ts';
import type { PerFunction } from '../infra/sync-functions.ts';
import type { Handler } from '../runtime/define-function.ts';
import type { CallContext, Host } from '../runtime/host.ts';
import type { RunName } from '../sync/payloads.ts';
import { loadPlan } from '../sync/run-files.ts';
import { openEmbeddedCloud, type EmbeddedCloud, type EmbeddedCloudOptions } from './embedded-cloud.ts';
import { loadDefinition } from './state-machine/load-definition.ts';
import { runMachine, type MachineOutcome } from './state-machine/run-machine.ts';

export interface EmbeddedMachineOptions extends EmbeddedCloudOptions {
  /** Sleeps for the machine's Wait states and before its retries; may end early when a run was asked to stop. */
  readonly sleep: (seconds: number) => Promise<void>;
  /** How long a call of a function may last: none by default, since only Lambda ends calls. */
  readonly callMs?: number;
}

/** One run, from the input of its execution on. */
export interface RunRequest {
  readonly job: JobDocument;
  readonly overrides: unknown;
  readonly run: RunName;
}

/** The embedded cloud with the state machine: the very definition and handlers that are deployed run on its services. */
export interface EmbeddedMachine extends EmbeddedCloud {
  run(request: RunRequest): Promise<MachineOutcome>;
}

/** A file of its own: who only looks at the cloud need not load what runs, which is half of all there is. */
export async function openEmbeddedMachine(options: EmbeddedMachineOptions): Promise<EmbeddedMachine> {
  const cloud = await openEmbeddedCloud(options);
  const handlers = bindHandlers(cloud.host);
  return { ...cloud, run: (request) => runEmbedded(request, { ...options, cloud, handlers }) };
}

function bindHandlers(host: Host): PerFunction<Handler> {
  return {
    'start-run': startRunFunction(host),
    'sync-group': syncGroupFunction(host),
    'remove-vanished': removeVanishedFunction(host),
    'finish-run': finishRunFunction(host),
  };
}

interface Machine extends Pick<EmbeddedMachineOptions, 'sleep' | 'callMs'> {
  readonly cloud: EmbeddedCloud;
  readonly handlers: PerFunction<Handler>;
}

async function runEmbedded({ job, overrides, run }: RunRequest, machine: Machine): Promise<MachineOutcome> {
  const log = machine.cloud.host.openLog({ job: job.id, run: run.id });
  const call = (handler: Handler) => async (payload: unknown) => {
    try {
      return await handler(payload, callContext(machine));
    } catch (error) {
      // The console would show it; here the machine's retries would be minutes of silence.
      if (error instanceof TransientError) log.warn(`did not work this time: ${formatErrorChain(error)}`);
      throw error;
    }
  };
  const { handlers } = machine;
  return runMachine({
    definition: await loadDefinition(job),
    handlers: {
      'start-run': call(handlers['start-run']),
      'sync-group': call(handlers['sync-group']),
      'remove-vanished': call(handlers['remove-vanished']),
      'finish-run': call(handlers['finish-run']),
    },
    readPlan: (_bucket, key) => loadPlan(machine.cloud.control, key),
    ...{ input: overrides, executionName: run.id, startTime: run.startedAt, wait: machine.sleep },
  });
}

function callContext({ callMs, cloud: { host } }: Machine): CallContext {
  const end = callMs === undefined ? Infinity : host.now() + callMs;
  return { getRemainingTimeInMillis: () => end - host.now() };
}
