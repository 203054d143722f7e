import { ConfigError } from '../errors.ts';
import type { Job } from '../sync/job.ts';
import { faultError, formatFault } from './fault.ts';
import { jobDocumentSchema, overridesSchema } from './job-schema.ts';
import type { JobDocument } from './job-schema.ts';
import { nearestKey } from './nearest-key.ts';
import type { Configuration } from './parse-config.ts';
import { schemaFaults } from './schema-faults.ts';
import { camelKeys, kebabKeys, omitKeys } from './spelling.ts';

export type { JobDocument, Overrides } from './job-schema.ts';

/** The document of one job of a configuration. Throws a `ConfigError` JOB_UNKNOWN that names the jobs there are. */
export function jobDocument(configuration: Configuration, id: string): JobDocument {
  const job = configuration.jobs.find((candidate) => candidate.id === id);
  if (job !== undefined) return job;
  const problem = `there is no job ${JSON.stringify(id)}; the configuration has `;
  throw new ConfigError('JOB_UNKNOWN', `${problem}${adviseJob(id, configuration.jobs)}`);
}

function adviseJob(id: string, jobs: readonly JobDocument[]): string {
  const ids = jobs.map((job) => job.id);
  if (ids.length === 0) return 'none: add it to jobs';
  const near = nearestKey(id, ids);
  return `${ids.join(', ')}: ${near === undefined ? 'choose one of them' : `did you mean ${near}?`}`;
}

/**
 * A job as the use cases know it, from the document that travels between states. `workerThreads` is the lower of
 * `worker-threads` and `max-worker-threads`. Throws a `ConfigError` JOB_INVALID that lists every fault.
 */
export function parseJob(document: unknown): Job {
  const checked = checkDocument(document);
  return {
    ...camelKeys(omitKeys(checked, ['source', 'target', 'scheduled-time', 'max-worker-threads'])),
    source: camelKeys(checked.source),
    target: camelKeys(checked.target),
    workerThreads: Math.min(checked['worker-threads'], checked['max-worker-threads']),
  };
}

/** The tick that a run serves, from its document with the overrides merged in; undefined when none started it. */
export function scheduledTime(document: unknown): string | undefined {
  return checkDocument(document)['scheduled-time'];
}

/** A document for a job at hand: `parseJob` gives the job back. */
export function formatJob(job: Job): JobDocument {
  const { source, target } = job;
  const options = { ...kebabKeys(job), source: kebabKeys(source), target: kebabKeys(target) };
  return checkDocument({ ...options, 'max-worker-threads': job.workerThreads });
}

/**
 * The document for one run: what `overrides` says in the place of what the job says. Nothing (undefined, null, `{}`) is
 * overridden by default. Throws a `ConfigError` OVERRIDES_INVALID that lists every unknown key and wrong value.
 */
export function mergeOverrides(document: unknown, overrides: unknown): JobDocument {
  const job = checkDocument(document);
  return checkDocument({ ...job, ...checkOverrides(overrides, job.id) });
}

function checkOverrides(overrides: unknown, job: string): object {
  const given = withoutUndefined(overrides ?? {});
  const faults = schemaFaults(overridesSchema, given);
  if (faults.length === 0) return Object(given) as object;
  throw faultError('OVERRIDES_INVALID', `the options for this run of job ${job} cannot be used`, faults.map(formatFault));
}

/** A flag that was not given is no override. */
function withoutUndefined(overrides: unknown): unknown {
  if (typeof overrides !== 'object' || overrides === null || Array.isArray(overrides)) return overrides;
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

function checkDocument(document: unknown): JobDocument {
  const result = jobDocumentSchema.safeParse(document);
  if (result.success) return result.data;
  throw faultError('JOB_INVALID', 'the job document cannot be used', schemaFaults(jobDocumentSchema, document).map(formatFault));
}
