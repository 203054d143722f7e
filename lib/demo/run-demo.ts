import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runToReport } from '../cli/run-command.ts';
import { stopSwitch } from '../cli/stop-switch.ts';
import { openLogs } from '../cli/open-cloud.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { CliContext } from '../cli/context.ts';
import { noRequests } from '../datastore/object-store.ts';
import { pbsLayout } from '../layouts/pbs/layout.ts';
import { openEmbeddedMachine, type EmbeddedMachine } from '../local/embedded-machine.ts';
import { startObjectStore } from '../local/object-store/server.ts';
import { createS3Connection, openDatastore, type S3Datastore } from '../s3/open-datastore.ts';
import { iso } from '../sync/iso.ts';
import { SILENT } from '../runtime/host.ts';
import { proveDatastore } from '../sync/prove-datastore.ts';
import type { Report } from '../sync/report/report.ts';
import { reportKey } from '../sync/run-files.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../sync/report/words.ts';
import { demoEnvironment, demoJob, demoLocation, SOURCE_BUCKET, TARGET_BUCKET } from './demo-job.ts';
import { makeSource, type DemoSource } from './demo-source.ts';
import { demoTable } from './demo-table.ts';
import { copySource, findDatastoreFolder } from './folder-source.ts';

export interface DemoOptions {
  /** Everything the demo makes is in it; emptied first. */
  readonly folder: string;
  /** A folder of objects, such as a sample, in place of a datastore made up. */
  readonly datastore?: string;
  readonly workerThreads: number;
  readonly terminal: Terminal;
  readonly now: () => number;
}

const MADE_UP_PREFIX = 'main';

/** The services of the demo, and its datastores as the jobs and the proof see them. */
interface Stage {
  readonly options: DemoOptions;
  readonly cloud: EmbeddedMachine;
  readonly source: DemoSource;
  readonly target: S3Datastore;
  readonly job: ReturnType<typeof demoJob>;
  close(): Promise<void>;
}

/** Plays the product from an empty target to a proven copy. 0: every snapshot was proven; 1: something is not whole. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { terminal } = options;
  await rm(options.folder, { recursive: true, force: true });
  const stage = await openStage(options);
  try {
    await told(options, 'making the source datastore', () => stage.source.fill());
    const first = await runOnce(stage, 'first', 'run 1: everything is new');
    const second = await runOnce(stage, 'second', 'run 2: nothing is new');
    await told(options, 'adding new snapshots to the source', () => stage.source.addNight());
    const third = await runOnce(stage, 'third', 'run 3: only the new snapshots move');
    const whole = await prove(stage);
    terminal.print(demoTable([first, second, third]));
    terminal.print(`Report page: ${join(stage.cloud.controlFolder, `${reportKey(third)}.html`)}`);
    return whole && [first, second, third].every(({ state }) => state === 'ok') ? 0 : 1;
  } finally {
    await stage.close();
  }
}

async function openStage(options: DemoOptions): Promise<Stage> {
  const folder = resolve(options.folder);
  const found = options.datastore === undefined ? undefined : await findDatastoreFolder(options.datastore);
  const prefix = found?.prefix ?? MADE_UP_PREFIX;
  const s3 = await startObjectStore({ root: join(folder, 's3'), buckets: [SOURCE_BUCKET, TARGET_BUCKET] });
  const [from, to] = [demoLocation(s3, 'source', prefix), demoLocation(s3, 'target', prefix)];
  const environment = demoEnvironment(s3);
  const connections = [createS3Connection(from, environment), createS3Connection(to, environment)] as const;
  const sourceStore = openDatastore(connections[0], noRequests());
  const source =
    found === undefined
      ? makeSource(sourceStore)
      : copySource(found, join(folder, 's3', SOURCE_BUCKET, prefix), sourceStore, pbsLayout);
  const logs = openLogs(options, { workerThreads: options.workerThreads });
  const cloud = await openEmbeddedMachine({
    ...{ folder: join(folder, 'cloud'), durable: false, sleep: (seconds) => stopSwitch().sleep(seconds) },
    host: {
      environment,
      now: () => options.now(),
      openLog: (fields) => logs.open(fields),
      stopAsked: () => false,
      ...SILENT,
    },
  });
  const close = async (): Promise<void> => {
    logs.close();
    for (const connection of connections) connection.close();
    await cloud.close();
    await s3.close();
  };
  return {
    options,
    cloud,
    source,
    target: openDatastore(connections[1], noRequests()),
    job: demoJob(from, to, options.workerThreads),
    close,
  };
}

async function told<T>({ terminal, now }: DemoOptions, what: string, work: () => Promise<T>): Promise<T> {
  const start = now();
  terminal.print(`${what} ..`);
  const result = await work();
  terminal.print(`  .. ${formatSeconds((now() - start) / 1000)}`);
  return result;
}

function runOnce({ options, cloud, job }: Stage, id: string, what: string): Promise<Report> {
  const run = { job: job.id, id, startedAt: iso(options.now()) };
  const context: CliContext = {
    environment: {},
    terminal: options.terminal,
    stop: stopSwitch(),
    now: () => options.now(),
    uniqueId: () => id,
  };
  return told(options, what, () => runToReport(cloud, { document: job, overrides: {}, run }, context));
}

async function prove({ options, target }: Stage): Promise<boolean> {
  const proof = await told(options, 'reading the whole copy back and proving every snapshot', () =>
    proveDatastore(target, pbsLayout, 8),
  );
  for (const { code, message } of proof.failures) options.terminal.print(`  NOT WHOLE ${code}: ${message}`);
  const { snapshots, groups, chunks, bytes } = proof;
  const good = snapshots - proof.failures.length;
  options.terminal.print(
    `  proven: ${formatCount(good)} of ${plural(snapshots, 'snapshot')} in ${plural(groups, 'group')}, ${plural(chunks, 'chunk')}, ${formatBytes(bytes)}`,
  );
  return proof.failures.length === 0;
}
