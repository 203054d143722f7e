import { z } from 'zod';
import { configurationSchema } from './configuration-schema.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** What an editor may see in the place of any single value: it is expanded before the value is checked. */
const VARIABLE = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' } as const;

/** The JSON Schema of the configuration file, for editors. */
export function configurationJsonSchema(): Json {
  const schema = z.toJSONSchema(configurationSchema, { io: 'input', override: ({ jsonSchema }) => allowVariable(jsonSchema) });
  return { ...schema, title: 'Flotilla configuration (flotilla.yaml)' };
}

/** Moves what a value must be beside `${VAR}`, where text alone would be refused. */
function allowVariable(json: Json): void {
  if (
    json.type === undefined ||
    json.type === 'object' ||
    json.type === 'array' ||
    (json.type === 'string' && json.pattern === undefined && json.enum === undefined)
  )
    return;
  const { description, default: preset, ...wanted } = json;
  for (const key of Object.keys(json)) Reflect.deleteProperty(json, key);
  Object.assign(json, {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  });
  json.anyOf = [wanted, VARIABLE];
}
