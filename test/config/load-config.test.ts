import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../lib/config/load-config.ts';
import { CERTIFICATE, FILE } from './sample.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/flotilla.yaml');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('loadConfig', () => {
  it('loads the shipped example without any environment', () => {
    const { datastores, jobs } = loadConfig(EXAMPLE, {});
    expect(datastores.map(({ id }) => id)).toEqual(['main', 'offsite']);
    expect(jobs.map(({ id }) => id)).toEqual(['daily-offsite']);
  });

  it('reads a ca-file from the folder of the configuration', () => {
    mkdirSync(join(folder, 'certificates'));
    writeFileSync(join(folder, 'certificates/ca.pem'), CERTIFICATE);
    writeFileSync(join(folder, 'flotilla.yaml'), FILE.replace('path-style: true', 'ca-file: ./certificates/ca.pem'));
    expect(loadConfig(join(folder, 'flotilla.yaml'), {}).datastores[1]?.ca).toBe(`${CERTIFICATE.trim()}\n`);
  });

  it('says that a ca-file is a folder', () => {
    writeFileSync(join(folder, 'flotilla.yaml'), FILE.replace('path-style: true', 'ca-file: .'));
    expect(() => loadConfig(join(folder, 'flotilla.yaml'), {})).toThrow(
      'datastores[1].ca-file  "." is a folder; name the file in it',
    );
  });

  it.each([
    ['flotilla.yaml', 'does not exist; write it (examples/flotilla.yaml is a start), or name another file'],
    ['.', 'is a folder; name the file in it'],
    ['x'.repeat(300), 'cannot be read (ENAMETOOLONG); check the path'],
  ])('says why %s cannot be read', (name, problem) => {
    const file = join(folder, name);
    const message = `the configuration cannot be used: 1 fault\n  ${file}  ${problem}`;
    expect(() => loadConfig(file, {})).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });
});
