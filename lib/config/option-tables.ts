import type { z } from 'zod';
import { datastoreSchema } from './datastore-schema.ts';
import { describeSchema } from './describe-schema.ts';
import type { SchemaDescription } from './describe-schema.ts';
import { jobSchema, overridesSchema } from './job-schema.ts';
import { settingsSchema } from './settings-schema.ts';

/** The tables of docs/configuration.md by name, in Markdown. */
export function optionTables(): Readonly<Record<string, string>> {
  return {
    datastores: optionTable(datastoreSchema),
    jobs: optionTable(jobSchema),
    settings: optionTable(settingsSchema),
    overrides: optionTable(overridesSchema),
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

function optionTable(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([key, member]) => tableRow(key, member as z.ZodType));
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function tableRow(key: string, member: z.ZodType): string {
  const option = describeSchema(member);
  const required = member.safeParse(undefined).success ? 'none' : 'required';
  const preset =
    option.default === undefined
      ? required
      : `\`${JSON.stringify(option.default).replaceAll('"', option.default === '' ? '"' : '')}\``;
  return `| \`${key}\` | ${valueOf(option)} | ${preset} | ${option.help} |`;
}

function valueOf({ type, minimum, maximum, choices }: SchemaDescription): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (type === 'boolean') return '`true`, `false`';
  return minimum === undefined || maximum === undefined ? type : `${minimum} to ${maximum}`;
}
