import type { Configuration } from '../config/load-config.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { noRequests } from '../datastore/object-store.ts';
import { FlotillaError, formatErrorChain } from '../errors.ts';
import { createS3Connection, openDatastore, type S3Connection } from '../s3/open-datastore.ts';
import { plural } from '../sync/words.ts';
import { probesFor, type Probe } from './check-probes.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

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
  const { terminal, environment } = context;
  terminal.print(`${location.id} (${location.endpoint ?? 'AWS'}, bucket ${location.bucket}, prefix ${location.prefix})`);
  let connection: S3Connection | undefined;
  try {
    const open = (connection = createS3Connection(location, environment));
    const datastore = openDatastore(open, noRequests());
    for (const probe of probesFor(location, jobs)) {
      if (!(await told(probe, () => probe.run(datastore), context))) return false;
    }
    return true;
  } catch (error) {
    return told({ title: 'open', optional: false }, () => Promise.reject(error), context);
  } finally {
    connection?.close();
  }
}

/** Whether what was asked for is there, or nobody needs it. */
async function told(
  { title, optional }: Pick<Probe, 'title' | 'optional'>,
  ask: () => Promise<string>,
  { terminal }: CliContext,
): Promise<boolean> {
  try {
    terminal.print(`  ok      ${title}: ${await ask()}`);
    return true;
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    terminal.print(`  ${optional ? 'no    ' : 'failed'}  ${title}: ${formatErrorChain(error)}`);
    return optional;
  }
}
