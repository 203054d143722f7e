import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationJsonSchema } from '../lib/config/json-schema.ts';
import { eventJsonSchema } from '../lib/sync/event/event.ts';
import { reportJsonSchema } from '../lib/sync/report/report.ts';
import { insertTables, optionTables } from '../lib/config/option-tables.ts';

const DOCS = join(import.meta.dirname, '../docs');

/** What the documentation takes from the schema, as text by file: the JSON Schema, and the page with its tables made anew. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  const page = join(DOCS, 'configuration.md');
  const text = insertTables(readFileSync(page, 'utf8'), optionTables());
  const json = { ...(await resolveConfig(page)), parser: 'json' };
  return new Map([
    [join(DOCS, 'flotilla.schema.json'), `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`],
    [join(DOCS, 'report.schema.json'), await format(JSON.stringify(reportJsonSchema()), json)],
    [join(DOCS, 'event.schema.json'), await format(JSON.stringify(eventJsonSchema()), json)],
    [page, await format(text, { ...(await resolveConfig(page)), filepath: page })],
  ]);
}

if (import.meta.main) {
  for (const [file, text] of await generateDocs()) writeFileSync(file, text);
}
