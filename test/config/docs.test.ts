import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../lib/config/load-config.ts';
import { configurationJsonSchema } from '../../lib/config/json-schema.ts';
import { insertTables } from '../../lib/config/option-tables.ts';
import { generateDocs } from '../../scripts/write-schema.ts';
import { FILE } from './sample.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('what the documentation takes from the schema', () => {
  it('is current (npm run schema writes it)', async () => {
    for (const [file, text] of await generateDocs()) {
      expect(readFileSync(file, 'utf8'), basename(file)).toBe(text);
    }
  });

  it('shows the message that a person gets', () => {
    const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
    const [, yaml = '', message = ''] = /```yaml\n([^`]*)```[^`]*`[^`]*`[^`]*```text\n([^`]*)\n```/.exec(page) ?? [];
    const parsing = (): unknown => parseConfig(yaml, { file: 'flotilla.yaml', environment: {}, readFile: () => '' });
    expect(message).toContain('cannot be used');
    expect(parsing).toThrow(expect.objectContaining({ message }));
  });

  it('refuses a page that asks for an unknown table', () => {
    expect(() => insertTables('<!-- table: colours -->\n<!-- end -->', {})).toThrow('colours');
  });
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(configurationJsonSchema());
  const accepts = (text: string): boolean => schema.safeParse(parse(text)).success;

  it('accepts the example and what the parser accepts', () => {
    expect(accepts(readFileSync(join(ROOT, 'examples/flotilla.yaml'), 'utf8'))).toBe(true);
    expect(accepts(FILE)).toBe(true);
  });

  it('accepts a variable in the place of any value', () => {
    const text = FILE.replace('path-style: true', 'path-style: ${P}').replace(
      'max-worker-threads: 8',
      'max-worker-threads: ${N}',
    );
    expect(accepts(text.replace('pbs-main', 'pbs-${SITE}'))).toBe(true);
  });

  it.each([
    ['region: eu-central-1', 'colour: red'],
    ['bucket: pbs-main', 'bucket: PBS'],
    ['path-style: true', 'path-style: 1'],
    ['max-worker-threads: 8', 'max-worker-threads: 0'],
    ['target: offsite', 'worker-threads: 4'],
  ])('refuses %s changed into %s', (before, after) => {
    expect(accepts(FILE.replace(before, after))).toBe(false);
  });
});
