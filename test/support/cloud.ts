import { placePrefix } from '../../lib/sync/log-lines.ts';
import type { LogPlace } from '../../lib/sync/worker.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { FlotillaEvent, Tell } from '../../lib/sync/event/event.ts';
import { openEmbeddedMachine, type EmbeddedMachine } from '../../lib/local/embedded-machine.ts';
import { startObjectStore, type ObjectStoreServer, type RequestRecord } from '../../lib/local/object-store/server.ts';
import type { MachineOutcome } from '../../lib/local/state-machine/run-machine.ts';
import { createS3Connection, openDatastore, type S3Datastore } from '../../lib/s3/open-datastore.ts';
import { SILENT } from '../../lib/runtime/host.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { reportKey } from '../../lib/sync/run-files.ts';
import { documentOf } from './job-document.ts';

/** How one execution ended: what the console shows, and the report. */
export interface Execution {
  readonly outcome: MachineOutcome;
  readonly report: Report;
}

/** An embedded cloud and an S3 endpoint over HTTP, in a folder of their own. */
export interface TestCloud {
  readonly s3: ObjectStoreServer;
  readonly cloud: EmbeddedMachine;
  readonly folder: string;
  /** Lines of the log of all runs. */
  readonly log: string[];
  /** What was told, in its order. */
  readonly events: FlotillaEvent[];
  /** Every request that the S3 endpoint has answered, in the order of the answers. */
  readonly requests: RequestRecord[];
  /** The folder with the objects of one bucket. */
  bucketFolder(bucket: string): string;
  location(bucket: string, prefix: string): DatastoreLocation;
  open(location: DatastoreLocation): S3Datastore;
  job(source: DatastoreLocation, target: DatastoreLocation, options?: Partial<JobDocument>): JobDocument;
  run(job: JobDocument, overrides?: object): Promise<Report>;
  execute(job: JobDocument, overrides?: object): Promise<Execution>;
  close(): Promise<void>;
}

export interface TestCloudOptions {
  readonly buckets?: readonly string[];
  readonly readOnly?: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
  /** How long a call of a function may last. */
  readonly callMs?: number;
  /** Called after each request to the S3 endpoint. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Whether somebody asked the run to stop. */
  readonly stopAsked?: () => boolean;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Tells what happens, beside keeping it. */
  readonly tell?: Tell;
  /** Called with what the machine is told to wait, 20 ms after it was told to. */
  readonly onWait?: (seconds: number) => void;
}

/** Starts everything a whole run needs; waits of the machine pass at once. */
export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  const requests: RequestRecord[] = [];
  const s3 = await startObjectStore({
    root: join(folder, 's3'),
    buckets: options.buckets ?? ['source', 'target'],
    ...(options.readOnly !== undefined && { readOnly: options.readOnly }),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    onRequest: (record) => {
      requests.push(record);
      options.onRequest?.(record);
    },
  });
  const environment = { TEST_ACCESS_KEY_ID: s3.credentials.accessKeyId, TEST_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey };
  const log: string[] = [];
  const events: FlotillaEvent[] = [];
  const tell = async (event: FlotillaEvent): Promise<void> => {
    events.push(event);
    await options.tell?.(event);
  };
  const cloud = await openCloud(folder, { environment, log, tell }, options);
  const opened: { close(): void }[] = [];
  let runs = 0;
  const execute = async (job: JobDocument, overrides: object = {}): Promise<Execution> => {
    runs += 1;
    const run = { job: job.id, id: `run-${String(runs)}`, startedAt: new Date(options.now?.() ?? Date.now()).toISOString() };
    const outcome = await cloud.run({ job, overrides, run });
    const stored = await cloud.control.get(`${reportKey(run)}.json`);
    if (stored === undefined) throw new Error(`no report: ${JSON.stringify(outcome)}`);
    return { outcome, report: JSON.parse(stored.bytes.toString()) as Report };
  };
  return {
    ...{ s3, cloud, folder, log, events, requests, execute },
    bucketFolder: (bucket) => join(folder, 's3', bucket),
    location: (bucket, prefix) => ({
      ...{ id: `${bucket}-${prefix}`, layout: 'pbs', bucket, prefix, region: s3.region, endpoint: s3.endpoint },
      ...{ pathStyle: true, credentials: 'env:TEST' },
    }),
    open: (at) => {
      const connection = createS3Connection(at, environment);
      opened.push(connection);
      return openDatastore(connection, noRequests());
    },
    job: (source, target, options) => documentOf('nightly', source, target, options),
    run: async (job, overrides) => (await execute(job, overrides)).report,
    close: async () => {
      for (const connection of opened) connection.close();
      await cloud.close();
      await s3.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function openCloud(
  folder: string,
  { environment, log, tell }: { environment: Readonly<Record<string, string>>; log: string[]; tell: Tell },
  options: TestCloudOptions,
): Promise<EmbeddedMachine> {
  const note = (message: string, at?: LogPlace) => void log.push(`${placePrefix(at)}${message}`);
  return openEmbeddedMachine({
    ...{ folder: join(folder, 'cloud'), durable: false },
    sleep: async (seconds) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      options.onWait?.(seconds);
    },
    ...(options.callMs !== undefined && { callMs: options.callMs }),
    host: {
      environment,
      now: options.now ?? (() => Date.now()),
      openLog: () => ({ info: note, warn: note, error: note }),
      stopAsked: options.stopAsked ?? (() => false),
      ...SILENT,
      tell,
    },
  });
}
