import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationJsonSchema } from '../lib/config/json-schema.ts';
import { insertTables, optionTables } from '../lib/config/option-tables.ts';

/** Writes what the documentation takes from the schema: docs/flotilla.schema.json and the tables of docs/configuration.md. */
const docs = join(import.meta.dirname, '../docs');

writeFileSync(join(docs, 'flotilla.schema.json'), `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);

const page = join(docs, 'configuration.md');
writeFileSync(page, insertTables(readFileSync(page, 'utf8'), optionTables()));
