import type { Configuration } from '../config/load-config.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { noRequests } from '../datastore/object-store.ts';
import { FlotillaError, formatErrorChain } from '../errors.ts';
import { createS3Connection, openDatastore, type S3Connection, type S3Datastore } from '../s3/open-datastore.ts';
import { plural } from '../sync/report/words.ts';
import { probesFor, type Probe } from './check-probes.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** Validates the configuration, and probes that each job's source can be read and its target written. */
export async function checkCommand(options: CommonOptions, context: CliContext): Promise<ExitCode> {
  const configuration = readConfig(options, context);
  const { datastores, jobs } = configuration;
  const { terminal } = context;
  terminal.print(`${options.config}: valid, ${plural(datastores.length, 'datastore')}, ${plural(jobs.length, 'job')}`);
  let failed = false;
  for (const location of datastores) failed = !(await checkDatastore(location, configuration, context)) || failed;
  return failed ? EXIT.configuration : EXIT.done;
}

async function checkDatastore(location: DatastoreLocation, { jobs }: Configuration, context: CliContext): Promise<boolean> {
  const { terminal } = context;
  terminal.print(`${location.id} (${location.endpoint ?? 'AWS'}, bucket ${location.bucket}, prefix ${location.prefix})`);
  const connection = open(location, context);
  if (connection === undefined) return false;
  try {
    const datastore = openDatastore(connection, noRequests());
    for (const probe of probesFor(location, jobs)) {
      if (!(await runProbe(probe, { datastore, connection }, terminal))) return false;
    }
    return true;
  } finally {
    connection.close();
  }
}

/** Sends nothing yet: what fails here is missing keys and the like. */
function open(location: DatastoreLocation, { environment, terminal }: CliContext): S3Connection | undefined {
  try {
    return createS3Connection(location, environment);
  } catch (error) {
    tellRefusal('failed  open', error, terminal);
    return undefined;
  }
}

/** Whether what was asked for is there, or nobody needs it. */
async function runProbe(
  probe: Probe,
  { datastore, connection }: { readonly datastore: S3Datastore; readonly connection: S3Connection },
  terminal: Terminal,
): Promise<boolean> {
  const { title, optional } = probe;
  try {
    terminal.print(`  ok      ${title}: ${await probe.run(datastore, connection)}`);
    return true;
  } catch (error) {
    tellRefusal(`${optional ? 'no    ' : 'failed'}  ${title}`, error, terminal);
    return optional;
  }
}

function tellRefusal(what: string, error: unknown, { print }: Terminal): void {
  if (!(error instanceof FlotillaError)) throw error;
  print(`  ${what}: ${formatErrorChain(error)}`);
}
