import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readProblem } from './check-datastores.ts';
import type { Environment } from './expand-variables.ts';
import { faultError } from './fault.ts';
import { parseConfig } from './parse-config.ts';
import type { Configuration } from './parse-config.ts';

export { parseConfig } from './parse-config.ts';
export type { Configuration, ConfigSource } from './parse-config.ts';

/** Reads a configuration file. Throws one `ConfigError` CONFIG_INVALID that lists every fault with line, column and path. */
export function loadConfig(file: string, environment: Environment): Configuration {
  const readFile = (path: string): string => readFileSync(resolve(dirname(file), path), 'utf8');
  return parseConfig(readText(file), { file, environment, readFile });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const problem = readProblem(error, 'write it (examples/flotilla.yaml is a start), or name another file');
    throw faultError('CONFIG_INVALID', 'the configuration cannot be used', [`${file}  ${problem}`]);
  }
}
