import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { functionEnvironments, parseEnvironment } from '../config/environment.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import type { Host } from '../runtime/host.ts';
import { openServices, type Services } from '../runtime/open-worker.ts';
import type { RunStore } from '../sync/run-store.ts';
import { startObjectStore } from './object-store/server.ts';
import { SHARED_NAMES } from './state-machine/shared-names.ts';
import type { LocalTable } from './table/local-table.ts';
import { openLocalTable } from './table/open.ts';

export interface EmbeddedCloudOptions {
  /** Where plans, reports and the table live; the table of a cloud without `durable` dies with the process. */
  readonly folder: string;
  readonly durable: boolean;
  /** What surrounds the functions, but for the variables that the cloud itself gives them. */
  readonly host: Host;
}

/** The services that Flotilla needs of AWS, in this process and its state folder. */
export interface EmbeddedCloud {
  readonly store: RunStore;
  readonly services: Services;
  readonly control: ObjectWriter;
  /** What surrounds the functions: who watches jobs tells and measures by it, too. */
  readonly host: Host;
  /** The folder that holds the objects of the control bucket as plain files. */
  readonly controlFolder: string;
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
  return {
    ...{ store: services.store, services, control: services.openControl(), host },
    controlFolder: join(root, SHARED_NAMES.controlBucket),
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
