import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** Files that the text names, and the tests of each. */
function named(text: string): { file: string; test: string | undefined }[] {
  const found = flat(text).matchAll(/`([a-z./-]+\.test\.ts)`(?:: "([^"]+)")?/g);
  return [...found].map(([, file = '', test]) => ({ file, test }));
}

it('names in docs/pbs-compat.md only tests that there are, and one for each rule', () => {
  const page = read('docs/pbs-compat.md');
  for (const { file, test } of named(page)) {
    const source = flat(read(`test/sync/${file}`));
    if (test !== undefined) expect(source, `${file}: ${test}`).toContain(test);
  }
  const rules = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| rule') && !line.startsWith('| ---'));
  expect(rules.length).toBeGreaterThan(30);
  expect(rules.filter((line) => named(line).length === 0)).toEqual([]);
});
