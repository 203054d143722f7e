import { rootCertificates } from 'node:tls';
import { expect } from 'vitest';
import { parseConfig } from '../../lib/config/load-config.ts';
import type { Configuration } from '../../lib/config/load-config.ts';
import { ConfigError } from '../../lib/errors.ts';

export const [CERTIFICATE = '', OTHER_CERTIFICATE = ''] = rootCertificates;
export const FINGERPRINT = Array.from({ length: 32 }, () => 'ab').join(':');

/** A file with a datastore on AWS, one elsewhere, and a job between them. */
export const FILE = `datastores:
  - id: main
    layout: pbs
    bucket: pbs-main
    prefix: main
    region: eu-central-1
  - id: offsite
    layout: pbs
    bucket: pbs-offsite
    prefix: main
    endpoint: https://s3.example.com
    path-style: true
jobs:
  - id: daily-offsite
    source: main
    target: offsite
settings:
  max-worker-threads: 8
`;

const FILES: Readonly<Record<string, string>> = {
  'ca.pem': `a comment\n${CERTIFICATE}\n${OTHER_CERTIFICATE}`,
  'key.pem': `${CERTIFICATE}\n-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n`,
  'text.pem': 'no certificate',
  'damaged.pem': `${CERTIFICATE}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  'bundle.pem': rootCertificates.join('\n'),
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}

/** Parses a text that may refer to the files above. */
export function parse(text: string, environment: Record<string, string | undefined> = {}): Configuration {
  return parseConfig(text, { file: 'flotilla.yaml', environment, readFile });
}

/** FILE with one line replaced by others. */
export function edit(line: string, ...by: string[]): string {
  expect(FILE).toContain(`${line}\n`);
  return FILE.replace(line, by.join('\n'));
}

/** The lines of the message, without its heading. */
export function faultsOf(text: string, environment: Record<string, string | undefined> = {}): string[] {
  try {
    parse(text, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    const [heading, ...lines] = error.message.split('\n');
    const count = lines.length === 1 ? '1 fault' : `${lines.length} faults`;
    expect(heading).toBe(`the configuration flotilla.yaml cannot be used: ${count}`);
    return lines.map((line) => line.trim());
  }
  return [];
}
