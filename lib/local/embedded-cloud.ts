import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { functionEnvironments, parseEnvironment } from '../config/environment.ts';
import type { JobDocument } from '../config/job-document.ts';
import { finishRunFunction } from '../../functions/finish-run.ts';
import { removeVanishedFunction } from '../../functions/remove-vanished.ts';
import { startRunFunction } from '../../functions/start-run.ts';
import { syncGroupFunction } from '../../functions/sync-group.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import { formatErrorChain, TransientError } from '../errors.ts';
import type { PerFunction } from '../infra/sync-functions.ts';
import type { Handler } from '../runtime/define-function.ts';
import type { CallContext, Host } from '../runtime/host.ts';
import { openServices, type Services } from '../runtime/open-worker.ts';
import type { RunName } from '../sync/payloads.ts';
import { loadPlan } from '../sync/run-files.ts';
import type { RunStore } from '../sync/run-store.ts';
import { startObjectStore } from './object-store/server.ts';
import { loadDefinition } from './state-machine/load-definition.ts';
import { runMachine, type MachineOutcome } from './state-machine/run-machine.ts';
import { SHARED_NAMES } from './state-machine/shared-names.ts';
import type { LocalTable } from './table/local-table.ts';
import { openLocalTable } from './table/open.ts';

export interface EmbeddedCloudOptions {
  /** Where plans, reports and the table live; the table of a cloud without `durable` dies with the process. */
  readonly folder: string;
  readonly durable: boolean;
  /** What surrounds the functions, but for the variables that the cloud itself gives them. */
  readonly host: Host;
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

/** The services that Flotilla needs of AWS, in this process and its state folder; the very definition and handlers run on them. */
export interface EmbeddedCloud {
  readonly store: RunStore;
  readonly services: Services;
  readonly control: ObjectWriter;
  /** What surrounds the functions: who watches jobs tells and measures by it, too. */
  readonly host: Host;
  /** The folder that holds the objects of the control bucket as plain files. */
  readonly controlFolder: string;
  run(request: RunRequest): Promise<MachineOutcome>;
  close(): Promise<void>;
}

export async function openEmbeddedCloud(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const root = join(options.folder, 'objects');
  const table = options.durable
    ? await openLocalTable(join(options.folder, 'table'), SHARED_NAMES.table)
    : await openTableInMemory();
  const objects = await startObjectStore({ root, buckets: [SHARED_NAMES.controlBucket], credentials: newCredentials() });
  const own = {
    ...table.environment,
    TABLE_NAME: table.name,
    CONTROL_BUCKET: SHARED_NAMES.controlBucket,
    // What the user's shell calls by that name is not meant for us.
    LOG_LEVEL: 'info',
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    FLOTILLA_CONTROL_ACCESS_KEY_ID: objects.credentials.accessKeyId,
    FLOTILLA_CONTROL_SECRET_ACCESS_KEY: objects.credentials.secretAccessKey,
  };
  const host: Host = { ...options.host, environment: { ...options.host.environment, ...own } };
  const services = openServices(parseEnvironment(functionEnvironments['finish-run'], host.environment), host);
  const handlers = bindHandlers(host);
  const control = services.openControl();
  return {
    ...{ store: services.store, services, control, host, controlFolder: join(root, SHARED_NAMES.controlBucket) },
    run: (request) => runEmbedded(request, { ...options, handlers, control }),
    close: async () => {
      await objects.close();
      await table.close();
    },
  };
}

/** The table's own software is a tenth of what a command loads, and a durable table is kept by another process. */
async function openTableInMemory(): Promise<LocalTable> {
  const { openMemoryTable } = await import('./table/memory.ts');
  return openMemoryTable(SHARED_NAMES.table);
}

/** Loopback is open to every user of the machine. */
function newCredentials(): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: randomUUID(), secretAccessKey: randomUUID() };
}

function bindHandlers(host: Host): PerFunction<Handler> {
  return {
    'start-run': startRunFunction(host),
    'sync-group': syncGroupFunction(host),
    'remove-vanished': removeVanishedFunction(host),
    'finish-run': finishRunFunction(host),
  };
}

interface Machine extends EmbeddedCloudOptions {
  readonly handlers: PerFunction<Handler>;
  readonly control: ObjectWriter;
}

async function runEmbedded({ job, overrides, run }: RunRequest, machine: Machine): Promise<MachineOutcome> {
  const log = machine.host.openLog({ job: job.id, run: run.id });
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
    readPlan: (_bucket, key) => loadPlan(machine.control, key),
    ...{ input: overrides, executionName: run.id, startTime: run.startedAt, wait: machine.sleep },
  });
}

function callContext({ callMs, host }: EmbeddedCloudOptions): CallContext {
  const end = callMs === undefined ? Infinity : host.now() + callMs;
  return { getRemainingTimeInMillis: () => end - host.now() };
}
