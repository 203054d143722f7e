import { z } from 'zod';
import { datastoreSchema } from './datastore-schema.ts';
import { describeOverrides } from './describe-overrides.ts';
import { describeSchema } from './describe-schema.ts';
import type { SchemaDescription } from './describe-schema.ts';
import { jobSchema } from './job-schema.ts';
import { matcherSchema, notifySchema, targetSchemas } from './notify-schema.ts';
import { settingsSchema } from './settings-schema.ts';

/** The tables of docs/configuration.md by name, in Markdown. */
export function optionTables(): Readonly<Record<string, string>> {
  return {
    datastores: schemaTable(datastoreSchema),
    jobs: schemaTable(jobSchema),
    settings: schemaTable(settingsSchema),
    notify: schemaTable(notifySchema),
    matchers: schemaTable(matcherSchema),
    ...Object.fromEntries(Object.entries(targetSchemas).map(([type, schema]) => [type, schemaTable(schema)])),
    overrides: table(describeOverrides().map((option) => tableRow(option.key, option, option.ofJob ? "the job's" : 'none'))),
  };
}

/** Puts each table into a page, between `<!-- table: name -->` and `<!-- end -->`. */
export function insertTables(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(/(<!-- table: ([a-z]+) -->\n)[^]*?(<!-- end -->)/g, (_, begin: string, name: string, end: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`the page asks for a table ${name}; there are ${Object.keys(tables).join(', ')}`);
    return `${begin}\n${table}\n${end}`;
  });
}

function schemaTable(schema: z.ZodObject): string {
  const required = z.toJSONSchema(schema, { io: 'input' }).required ?? [];
  const members = Object.entries(schema.shape).map(([key, member]) => ({ key, option: describeSchema(member as z.ZodType) }));
  return table(members.map(({ key, option }) => tableRow(key, option, required.includes(key) ? 'required' : 'none')));
}

function table(rows: readonly string[]): string {
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function tableRow(key: string, option: SchemaDescription, withoutDefault: string): string {
  const preset = option.default === undefined ? withoutDefault : `\`${defaultText(option.default)}\``;
  return `| \`${key}\` | ${valueOf(option)} | ${preset} | ${option.help} |`;
}

function defaultText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function valueOf({ type, minimum, maximum, choices, word, examples }: SchemaDescription): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'text' && examples !== undefined) return examples.map((example) => `\`${String(example)}\``).join(', ') + ', ..';
  if (minimum === undefined) return type;
  const range = maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`;
  return word === undefined ? range : `\`${word}\`, ${range}`;
}
