import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PREFIX, SOURCE_BUCKET, TARGET_BUCKET, type OpenServer } from './buckets.ts';
import type { Tool } from './tool.ts';

const MAIN = join(import.meta.dirname, '../bin/flotilla.js');

/** Options of the job, in the spelling of the configuration file. */
export type JobOptions = Readonly<Record<string, string | number>>;

/** Flotilla as a user runs it: the command line, on a configuration file, with the cloud embedded in it. */
export function flotilla(name: string, options: JobOptions): Tool {
  return {
    name,
    commands: ({ source, target, folder }) => {
      const config = join(folder, 'flotilla.yaml');
      // JSON is YAML.
      writeFileSync(config, JSON.stringify(configuration(source, target, options)));
      const environment = { HOME: folder, ...keysOf('SOURCE', source), ...keysOf('TARGET', target) };
      return [{ program: process.execPath, args: [MAIN, 'run', 'bench', '--config', config], cwd: folder, environment }];
    },
  };
}

function configuration(source: OpenServer, target: OpenServer, options: JobOptions): object {
  return {
    datastores: [datastore('source', SOURCE_BUCKET, source), datastore('target', TARGET_BUCKET, target)],
    jobs: [{ id: 'bench', source: 'source', target: 'target', ...options }],
  };
}

function datastore(id: string, bucket: string, { endpoint, region }: OpenServer): object {
  const place = { bucket, prefix: PREFIX, region, endpoint, 'path-style': true };
  return { id, layout: 'pbs', ...place, credentials: `env:${id.toUpperCase()}` };
}

function keysOf(name: string, { accessKeyId, secretAccessKey }: OpenServer): Record<string, string> {
  return { [`${name}_ACCESS_KEY_ID`]: accessKeyId, [`${name}_SECRET_ACCESS_KEY`]: secretAccessKey };
}
