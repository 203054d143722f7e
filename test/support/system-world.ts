import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { CliContext } from '../../lib/cli/context.ts';
import { openTerminal } from '../../lib/cli/terminal.ts';
import type { Configuration } from '../../lib/config/load-config.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { openClient } from '../../lib/dynamodb/client.ts';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { startObjectStore } from '../../lib/local/object-store/server.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { createS3Connection, openDatastore, type S3Datastore } from '../../lib/s3/open-datastore.ts';
import { runOrder } from '../../lib/sync/overlap/run-order.ts';
import type { RunRecord, RunRef, RunStore } from '../../lib/sync/run-store.ts';
import { noSuchStack, startCloudFormation } from './cloud-formation.ts';

/** The lease that the functions of a deployed system have. */
export const DEPLOYED_LEASE_MS = 120_000;

/** What a deployed system keeps, over HTTP: a table, a control bucket, and the stack that names them; and a configuration file. */
export interface SystemWorld {
  readonly store: RunStore;
  readonly control: S3Datastore;
  readonly configuration: Configuration;
  /** Requests that the table was sent. */
  readonly requests: () => number;
  /** Epoch milliseconds; stands still. */
  readonly now: number;
  /** ISO 8601, so many hours before now. */
  readonly ago: (hours: number) => string;
  readonly options: { readonly config: string; readonly deployed: true };
  /** What surrounds a command; `sleep` is what happens while it sleeps. */
  readonly context: (sleep?: () => Promise<void>) => CliContext & { readonly printed: string[] };
  /** A run that began so many hours ago. */
  readonly ref: (job: string, id: string, hours: number) => RunRef;
  /** A run that waits or is at work: it has its lease. */
  readonly begin: (record: RunRecord) => Promise<RunRecord>;
  close(): Promise<void>;
}

/** The jobs copy from `main` into a namespace of `offsite` each. */
export async function openSystemWorld(
  jobs: readonly { readonly id: string; readonly [option: string]: unknown }[],
  now = Date.parse('2026-11-21T12:00:00Z'),
): Promise<SystemWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-system-'));
  const config = join(folder, 'flotilla.yaml');
  const place = (id: string) => ({ id, layout: 'pbs', bucket: `pbs-${id}`, prefix: 'main', region: 'eu-central-1' });
  const entries = jobs.map((job) => ({ source: 'main', target: 'offsite', 'target-namespace': job.id, ...job }));
  await writeFile(config, stringify({ datastores: [place('main'), place('offsite')], jobs: entries }));
  const [table, objects] = [
    await openMemoryTable('deployed'),
    await startObjectStore({ root: join(folder, 's3'), buckets: ['control'] }),
  ];
  const outputs = { TableName: 'deployed', ControlBucketName: 'control' };
  const formation = await startCloudFormation((stack) => (stack === 'Flotilla' ? { outputs } : noSuchStack(stack)));
  const environment = {
    ...{ ...table.environment, ...formation.environment, USER: 'ops', AWS_ENDPOINT_URL_S3: objects.endpoint },
    ...{ AWS_ACCESS_KEY_ID: objects.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: objects.credentials.secretAccessKey },
  };
  let requests = 0;
  const client = openClient({ environment });
  client.middlewareStack.add((next) => (request) => ((requests += 1), next(request)), { step: 'build', name: 'count' });
  const store = openRunStore({ table: 'deployed', client });
  const bucket = { id: 'control', bucket: 'control', prefix: '', region: objects.region, endpoint: objects.endpoint };
  const connection = createS3Connection({ ...bucket, pathStyle: true }, environment);
  const ago = (hours: number): string => new Date(now - hours * 3_600_000).toISOString();
  const ref = (job: string, id: string, hours: number): RunRef => ({ job, id, startedAt: ago(hours) });
  return {
    ...{ store, control: openDatastore(connection, noRequests()), configuration: loadConfig(config, {}), now, ago, ref },
    ...{ requests: () => requests, options: { config, deployed: true } },
    context: (sleep = () => Promise.resolve()) => {
      const printed: string[] = [];
      const out = { write: (text: string) => printed.push(...text.trimEnd().split('\n')) };
      return {
        ...{ environment, printed, terminal: openTerminal(out, { write: () => true }), now: () => now, uniqueId: () => 'a' },
        stop: { asked: () => false, ask: () => undefined, sleep, beQuiet: () => undefined, isQuiet: true },
      };
    },
    begin: async (record) => {
      const turn = { ...record, order: runOrder(record, undefined), overlap: 'parallel', queueDepth: 9 } as const;
      await store.askTurn(turn, now, DEPLOYED_LEASE_MS);
      await store.saveRun(record);
      return record;
    },
    close: async () => {
      connection.close();
      await Promise.all([formation.close(), objects.close(), table.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
