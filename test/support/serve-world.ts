import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openLocalTable } from '../../lib/local/table/open.ts';
import { SHARED_NAMES } from '../../lib/local/state-machine/shared-names.ts';
import type { RunRecord, RunStore } from '../../lib/sync/run-store.ts';
import type { CliProcess } from './cli-process.ts';
import { datastoreEntry, openCliWorld, type CliWorld } from './cli-world.ts';

const SITES = [
  ['main', 'source'],
  ['offsite', 'target'],
  ['second', 'other'],
  ['third', 'another'],
] as const;

const MAIN = fileURLToPath(new URL('./fast-clock-main.ts', import.meta.url));

/** A folder with a configuration in which commands are run by a fast clock. */
export interface ServeWorld extends CliWorld {
  /** Epoch milliseconds, as the commands see them. */
  now(): number;
  /** Resolves when the clock of the commands shows so much later. */
  pass(milliseconds: number): Promise<void>;
  fast(...args: string[]): CliProcess;
  /** `jobs` as the configuration file says them, on the datastores main, offsite, second and third. */
  writeJobs(jobs: readonly object[]): Promise<void>;
  /** What the table says of a job's runs, in the order of their starts. */
  runs(job: string): Promise<readonly RunRecord[]>;
  suspend(job: string): Promise<void>;
  resume(job: string): Promise<void>;
}

/** `speed`: how many times as fast the clock goes. No lease runs out meanwhile: who goes on is who held it. */
export async function openServeWorld(speed: number): Promise<ServeWorld> {
  const world = await openCliWorld({ buckets: SITES.map(([, bucket]) => bucket) });
  const [origin, start] = [Date.now(), Math.ceil(Date.now() / 86_400_000) * 86_400_000];
  const now = () => Math.round(start + (Date.now() - origin) * speed);
  const env = {
    ...{ FAST_SPEED: String(speed), FAST_START: String(start), FAST_ORIGIN: String(origin) },
    LOCK_LEASE_SECONDS: '99999',
  };
  return {
    ...world,
    set onRequest(listener: CliWorld['onRequest']) {
      world.onRequest = listener;
    },
    get onRequest() {
      return world.onRequest;
    },
    now,
    pass: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / speed)),
    fast: (...args) => world.start(args, { command: [process.execPath, MAIN], env }),
    writeJobs: (jobs) => {
      const datastores = SITES.map(([id, bucket]) => datastoreEntry(world.s3, id, bucket));
      return world.writeConfig('flotilla.yaml', { datastores, jobs });
    },
    suspend: (job) => withStore(world.folder, (store) => store.saveSuspension(job, { since: new Date(now()).toISOString() })),
    resume: (job) => withStore(world.folder, (store) => store.removeSuspension(job)),
    runs: async (job) => withStore(world.folder, async (store) => (await store.listRuns(job, 10_000)).toReversed()),
  };
}

async function withStore<T>(folder: string, read: (store: RunStore) => Promise<T>): Promise<T> {
  const table = await openLocalTable(join(folder, '.flotilla', 'table'), SHARED_NAMES.table);
  try {
    return await read(openRunStore({ table: table.name, environment: table.environment }));
  } finally {
    await table.close();
  }
}
