import { ConfigError } from '../errors.ts';
import type { Job } from '../sync/job.ts';
import type { RunTrigger } from '../sync/payloads.ts';
import { checkOptions } from './check-options.ts';
import { parseDatastore } from './datastore-values.ts';
import { faultError, formatFault } from './fault.ts';
import type { Fault } from './fault.ts';
import { clearableOptions, jobDocumentSchema, overridesSchema } from './job-schema.ts';
import type { ClearableOption, JobDocument } from './job-schema.ts';
import { parseValues } from './job-values.ts';
import { nearestKey } from './nearest-key.ts';
import { framesBeside } from './override-rates.ts';
import type { Configuration } from './parse-config.ts';
import { schemaFaults } from './schema-faults.ts';
import { camelKeys, omitKeys } from './spelling.ts';
import { validMembers } from './valid-members.ts';

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
    ...camelKeys(
      omitKeys(checked, [
        'source',
        'target',
        'schedule-name',
        'after-run',
        'pending-only',
        'max-worker-threads',
        'notify-mode',
        ...READ_APART,
      ]),
    ),
    source: parseDatastore(checked.source),
    target: parseDatastore(checked.target),
    ...parseValues(checked),
    workerThreads: Math.min(checked['worker-threads'], checked['max-worker-threads']),
    workerThreadsWanted: checked['worker-threads'],
  };
}

/** Options of the file alone that are read into the job by `parseValues`: what starts a run, and what is worth telling. */
const READ_APART = ['schedule', 'jitter', 'not-before', 'not-after', 'trigger', 'settle', 'poll', 'after', 'max-lag'] as const;

/** What started a run, from its document with the overrides merged in; a person, where nothing else did. */
export function runTrigger(document: unknown): RunTrigger {
  const checked = checkDocument(document);
  const { 'scheduled-time': scheduledTime, 'schedule-name': schedule } = checked;
  const { 'after-run': afterRun, 'pending-only': pendingOnly } = checked;
  return {
    ...(scheduledTime !== undefined && { scheduledTime }),
    ...(schedule !== undefined && { schedule }),
    ...(afterRun !== undefined && { afterRun }),
    ...(pendingOnly === true && { pendingOnly }),
  };
}

/**
 * The document for one run: what `overrides` says in the place of what the job says. Nothing (undefined, null, `{}`) is
 * overridden by default; an option that a job may leave out is left out of the run by null. Throws a `ConfigError`
 * OVERRIDES_INVALID that lists every unknown key and wrong value.
 */
export function mergeOverrides(document: unknown, overrides: unknown): JobDocument {
  const { job, merged, faults } = mergeChecked(document, overrides);
  if (faults.length === 0) return checkDocument(merged);
  throw faultError('OVERRIDES_INVALID', `the options for this run of job ${job.id} cannot be used`, faults.map(formatFault));
}

/** What is wrong with `overrides`, one by one: empty where `mergeOverrides` takes them. */
export function overrideFaults(document: unknown, overrides: unknown): readonly Fault[] {
  return mergeChecked(document, overrides).faults;
}

function mergeChecked(document: unknown, overrides: unknown) {
  const job = checkDocument(document);
  const { cleared, given } = splitOverrides(overrides ?? {});
  const timetable = framesBeside(job.timetable, [...cleared, ...Object.keys(given ?? {})]);
  const merged = { ...omitKeys(job, cleared), ...(given as object), timetable };
  return { job, merged, faults: [...schemaFaults(overridesSchema, given), ...crossFaults(merged)] };
}

/** Options that decide what is copied, and so what counts as missing: which groups, and which snapshots of each. */
const SELECTING = {
  groups: ['group-filter', 'max-depth'],
  snapshots: ['transfer-last', 'verified-only', 'encrypted-only', 'fill-gaps'],
} as const;

/** What a run, by its document with the overrides merged in, selects by other options than its job; undefined: nothing. */
export function otherSelection(job: unknown, run: JobDocument): 'groups' | 'snapshots' | undefined {
  const own = checkDocument(job);
  const differs = (key: keyof JobDocument): boolean => JSON.stringify(own[key]) !== JSON.stringify(run[key]);
  if (SELECTING.snapshots.some(differs)) return 'snapshots';
  return SELECTING.groups.some(differs) ? 'groups' : undefined;
}

/** What a run sets, and what it leaves out although its job says it. A flag that was not given is neither. */
function splitOverrides(overrides: unknown): { readonly cleared: readonly ClearableOption[]; readonly given: unknown } {
  if (typeof overrides !== 'object' || overrides === null || Array.isArray(overrides)) return { cleared: [], given: overrides };
  const members = withoutUndefined(overrides);
  const cleared = clearableOptions.filter((key) => members[key] === null);
  return { cleared, given: omitKeys(members, cleared) };
}

/** An option that was not given says nothing. */
function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

function checkDocument(document: unknown): JobDocument {
  const result = jobDocumentSchema.safeParse(document);
  const faults = result.success ? crossFaults(result.data) : schemaFaults(jobDocumentSchema, document);
  if (result.success && faults.length === 0) return result.data;
  throw faultError('JOB_INVALID', 'the job document cannot be used', faults.map(formatFault));
}

/** What is wrong between the members that are right by themselves. */
function crossFaults(document: object): readonly Fault[] {
  return checkOptions(validMembers(jobDocumentSchema, document));
}
