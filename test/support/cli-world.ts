import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { CLOCK_SKEW_MS } from '../../lib/sync/overlap/clocks.ts';
import { startObjectStore, type ObjectStoreServer, type RequestRecord } from '../../lib/local/object-store/server.ts';
import { createS3Connection, openDatastore, type S3Connection, type S3Datastore } from '../../lib/s3/open-datastore.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { startCli, type CliEnd, type CliOptions, type CliProcess } from './cli-process.ts';
import { differences, readObjects } from './source.ts';

/** A person's folder with a `flotilla.yaml` in it, and an S3 endpoint in this process for the commands to work on. */
export interface CliWorld {
  readonly folder: string;
  readonly s3: ObjectStoreServer;
  /** Called after each request to the endpoint; may be replaced at any time. */
  onRequest: (record: RequestRecord) => void;
  start(args: readonly string[], options?: Partial<CliOptions>): CliProcess;
  run(args: readonly string[], options?: Partial<CliOptions>): Promise<CliEnd>;
  /** Writes another configuration beside `flotilla.yaml`, from objects or as text. */
  writeConfig(name: string, config: object | string): Promise<void>;
  readReport(name: string): Promise<Report>;
  openSource(): S3Datastore;
  bucketFolder(bucket: string): string;
  /** Takes every object out of a bucket, behind everybody's back. */
  emptyBucket(bucket: string): Promise<void>;
  /** What keeps the copy in `bucket` from being the source byte for byte. */
  differences(bucket?: string): string[];
  close(): Promise<void>;
}

/** A run that died holds its place until its lease is over: after a second here, two minutes for people. */
export const SHORT_LEASE = { LOCK_LEASE_SECONDS: '1' };

export function leaseIsOver(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 + CLOCK_SKEW_MS + 100));
}

const KEYS = { TEST_ACCESS_KEY_ID: 'flotilla', TEST_SECRET_ACCESS_KEY: 'flotilla-local' };

/** A datastore of the world's endpoint as a configuration file says it. */
export function datastoreEntry(s3: Pick<ObjectStoreServer, 'endpoint'>, id: string, bucket: string, members: object = {}) {
  const place = { id, layout: 'pbs', bucket, prefix: 'main', region: 'us-east-1', endpoint: s3.endpoint };
  return { ...place, 'path-style': true, credentials: 'env:TEST', ...members };
}

export async function openCliWorld(options: { latencyMs?: number; buckets?: readonly string[] } = {}): Promise<CliWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-cli-'));
  const s3 = await startObjectStore({
    root: join(folder, 's3'),
    buckets: options.buckets ?? ['source', 'target', 'other'],
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    onRequest: (record) => world.onRequest(record),
  });
  const connections: S3Connection[] = [];
  const started: CliProcess[] = [];
  const start = (args: readonly string[], more?: Partial<CliOptions>): CliProcess => {
    const process = startCli(args, cliOptions(more));
    started.push(process);
    return process;
  };
  const cliOptions = (more: Partial<CliOptions> = {}): CliOptions => ({ cwd: folder, ...more, env: { ...KEYS, ...more.env } });
  const objects = (bucket: string) => readObjects(join(folder, 's3', bucket), 'main');
  const world: CliWorld = {
    ...{ folder, s3, onRequest: () => undefined },
    start,
    run: (args, more) => start(args, more).ended,
    writeConfig: (name, config) => writeFile(join(folder, name), typeof config === 'string' ? config : stringify(config)),
    readReport: async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Report,
    openSource: () => {
      const entry = {
        id: 'main',
        layout: 'pbs',
        bucket: 'source',
        prefix: 'main',
        region: s3.region,
        endpoint: s3.endpoint,
      } as const;
      const connection = createS3Connection({ ...entry, pathStyle: true, credentials: 'env:TEST' }, KEYS);
      connections.push(connection);
      return openDatastore(connection, noRequests());
    },
    bucketFolder: (bucket) => join(folder, 's3', bucket),
    emptyBucket: (bucket) => rm(join(folder, 's3', bucket, 'main'), { recursive: true, force: true }),
    differences: (bucket = 'target') => differences(objects('source'), objects(bucket)),
    close: async () => {
      // A test that failed may have left some at work.
      for (const process of started) process.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
      for (const connection of connections) connection.close();
      await s3.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  const datastores = [
    datastoreEntry(s3, 'main', 'source'),
    datastoreEntry(s3, 'offsite', 'target'),
    datastoreEntry(s3, 'second', 'other'),
  ];
  const jobs = [
    { id: 'daily', source: 'main', target: 'offsite' },
    { id: 'weekly', source: 'main', target: 'second' },
  ];
  await world.writeConfig('flotilla.yaml', { datastores, jobs });
  return world;
}
