import type { DatastoreLocation } from '../datastore/location.ts';
import { noRequests } from '../datastore/object-store.ts';
import { FlotillaError, formatErrorChain } from '../errors.ts';
import { layoutOf } from '../layouts/layouts.ts';
import { createS3Connection, openDatastore, type S3Datastore } from '../s3/open-datastore.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** Outside `.cnt` and `.chunks`, where PBS and its garbage collection look (facts/pbs.md 11). */
const PROBE_KEY = '.flotilla-check';

/** What is asked of a datastore, and what the answer was. */
interface Probe {
  readonly title: string;
  readonly run: (datastore: S3Datastore) => Promise<string>;
}

/** Validates the configuration, and probes that each job's source can be read and its target written. */
export async function checkCommand(options: CommonOptions, context: CliContext): Promise<ExitCode> {
  const { datastores, jobs } = readConfig(options, context);
  context.terminal.print(`${options.config}: valid, ${String(datastores.length)} datastores, ${String(jobs.length)} jobs`);
  let failed = false;
  for (const location of datastores) {
    const isTarget = jobs.some(({ target }) => target.id === location.id);
    failed = !(await checkDatastore(location, isTarget, context)) || failed;
  }
  return failed ? EXIT.configuration : EXIT.done;
}

async function checkDatastore(
  location: DatastoreLocation,
  isTarget: boolean,
  { environment, terminal }: CliContext,
): Promise<boolean> {
  terminal.print(`${location.id} (${location.endpoint ?? 'AWS'}, bucket ${location.bucket}, prefix ${location.prefix})`);
  const connection = createS3Connection(location, environment);
  const datastore = openDatastore(connection, noRequests());
  try {
    for (const probe of [readProbe(location), ...(isTarget ? TARGET_PROBES : [])]) {
      if (!(await runProbe(probe, datastore, terminal))) return false;
    }
    return true;
  } finally {
    connection.close();
  }
}

async function runProbe({ title, run }: Probe, datastore: S3Datastore, { print }: Terminal): Promise<boolean> {
  try {
    print(`  ok      ${title}: ${await run(datastore)}`);
    return true;
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    print(`  failed  ${title}: ${formatErrorChain(error)}`);
    return false;
  }
}

function readProbe(location: DatastoreLocation): Probe {
  const layout = layoutOf(location.layout);
  return {
    title: 'list and read',
    run: async (datastore) => {
      for await (const [first] of datastore.list(layout.metadataPrefix(''), { pageSize: 1 })) {
        if (first === undefined) break;
        await datastore.get(first.key);
        return 'a backup datastore is there';
      }
      return 'nothing is there yet';
    },
  };
}

const TARGET_PROBES: readonly Probe[] = [
  {
    title: 'write',
    run: async (datastore) => {
      await datastore.put(PROBE_KEY, Buffer.from('flotilla'));
      return `${PROBE_KEY} written`;
    },
  },
  {
    title: 'conditional write',
    run: async (datastore) => {
      const outcome = await datastore.put(PROBE_KEY, Buffer.from('flotilla'), { ifAbsent: true });
      return outcome === 'exists' ? 'honoured' : 'not honoured: two runs at once may write a chunk twice, which is harmless';
    },
  },
  {
    title: 'remove (only remove-vanished needs it)',
    run: async (datastore) => {
      await datastore.delete([PROBE_KEY]);
      return `${PROBE_KEY} removed`;
    },
  },
];
