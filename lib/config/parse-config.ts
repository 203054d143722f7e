import type { z } from 'zod';
import type { DatastoreLocation } from '../datastore/location.ts';
import { completeDatastore } from './check-datastores.ts';
import type { Placed } from './check-datastores.ts';
import { checkAfter } from './check-after.ts';
import { checkIds, checkJobs } from './check-jobs.ts';
import { checkMatchers, checkTargets } from './check-notify.ts';
import { configurationSchema } from './configuration-schema.ts';
import { parseDatastore } from './datastore-values.ts';
import { datastoreSchema } from './datastore-schema.ts';
import type { DatastoreDocument } from './datastore-schema.ts';
import type { Environment } from './expand-variables.ts';
import { faultError, formatFault } from './fault.ts';
import type { Fault } from './fault.ts';
import { jobSchema } from './job-schema.ts';
import type { JobDocument } from './job-schema.ts';
import { anyTargetSchema, matcherSchema } from './notify-schema.ts';
import type { NotifyDocument } from './notify-values.ts';
import { schemaFaults } from './schema-faults.ts';
import type { SettingsEntry } from './settings-schema.ts';
import { camelKeys } from './spelling.ts';
import type { CamelKeys } from './spelling.ts';
import { validMembers } from './valid-members.ts';
import { readYaml } from './yaml-source.ts';
import type { YamlSource } from './yaml-source.ts';

/** A configuration file that was found to be without fault, its defaults filled in and its files read. */
export interface Configuration {
  readonly datastores: readonly DatastoreLocation[];
  readonly jobs: readonly JobDocument[];
  /** Whom to tell what; without targets nobody. */
  readonly notify: NotifyDocument;
  readonly settings: Readonly<CamelKeys<SettingsEntry>>;
}

/** What belongs to the text of a configuration: its name for messages, and the two things it may refer to. */
export interface ConfigSource {
  readonly file: string;
  readonly environment: Environment;
  /** Reads a file that the configuration names, from the configuration's folder. Throws as `node:fs` does. */
  readonly readFile: (path: string) => string;
}

/** Reads the text of a configuration file. Throws one `ConfigError` CONFIG_INVALID that lists every fault with its place. */
export function parseConfig(text: string, source: ConfigSource): Configuration {
  const yaml = readYaml(text, source.environment);
  const datastores = placedEntries(yaml.value, ['datastores'], datastoreSchema);
  const completions = datastores.map((placed) => completeDatastore(placed, { ...source, show: yaml.show }));
  const jobs = placedEntries(yaml.value, ['jobs'], jobSchema);
  const targets = placedEntries(yaml.value, ['notify', 'targets'], anyTargetSchema);
  const matchers = placedEntries(yaml.value, ['notify', 'matchers'], matcherSchema);
  refuseFaults(source.file, yaml, [
    ...checkFile(yaml),
    ...checkIds(datastores, yaml.show),
    ...completions.flatMap((completion) => completion.faults),
    ...checkIds(jobs, yaml.show),
    ...checkJobs(jobs, datastores, yaml.show),
    ...checkAfter(jobs, yaml.show),
    ...checkIds(targets, yaml.show),
    ...checkTargets(targets, yaml.show),
    ...checkIds(matchers, yaml.show),
    ...checkMatchers(matchers, targets, yaml.show),
  ]);
  const documents = completions.flatMap(({ document }) => (document === undefined ? [] : [document]));
  return assemble(configurationSchema.parse(yaml.value), documents);
}

function checkFile(yaml: YamlSource): readonly Fault[] {
  if (yaml.value === undefined) return [];
  if (yaml.value === null)
    return [{ path: [], problem: 'the file is empty; write datastores: and jobs: (examples/flotilla.yaml is a start)' }];
  return schemaFaults(configurationSchema, yaml.value, yaml.show);
}

/** The entries of a list in the file, as far as each is valid. */
function placedEntries<S extends z.ZodRawShape>(
  root: unknown,
  list: readonly string[],
  schema: z.ZodObject<S>,
): Placed<z.output<z.ZodObject<S>>>[] {
  const entries = list.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown, index) => {
    // What is no set of keys has its fault already, and nothing to check beside it.
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    return [{ path: [...list, index], ...validMembers(schema, entry) }];
  });
}

function refuseFaults(file: string, yaml: YamlSource, faults: readonly Fault[]): void {
  const known = faults.filter((fault) => !yaml.isUnknown(fault.path)).map(yaml.locate);
  const all = [...yaml.faults, ...known].sort((a, b) => a.offset - b.offset);
  if (all.length === 0) return;
  const lines = all.map((fault) => {
    const { line, column } = yaml.position(fault.offset);
    return `${file}:${line}:${column}  ${formatFault(fault)}`;
  });
  throw faultError('CONFIG_INVALID', `the configuration ${file} cannot be used`, lines);
}

function assemble(file: z.output<typeof configurationSchema>, documents: readonly DatastoreDocument[]): Configuration {
  return {
    datastores: documents.map(parseDatastore),
    jobs: file.jobs.map((job) => ({
      ...job,
      source: documentOf(documents, job.source),
      target: documentOf(documents, job.target),
      'dry-run': false,
      'max-worker-threads': file.settings['max-worker-threads'],
    })),
    notify: { ...file.notify, modes: Object.fromEntries(file.jobs.map((job) => [job.id, job['notify-mode']])) },
    settings: camelKeys(file.settings),
  };
}

function documentOf(documents: readonly DatastoreDocument[], id: string): DatastoreDocument {
  const document = documents.find((candidate) => candidate.id === id);
  if (document === undefined) throw new Error(`datastore ${id} was not refused although it does not exist`);
  return document;
}
