import { z } from 'zod';
import type { Path } from './fault.ts';

/** What a schema accepts, in words a message or a table can use. */
export interface SchemaDescription {
  readonly type: 'integer' | 'number' | 'boolean' | 'choice' | 'text' | 'list' | 'mapping';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** What may stand in the place of a number. */
  readonly word?: string;
  readonly default?: unknown;
  /** Values as they may be written. */
  readonly examples?: readonly unknown[];
  readonly help: string;
}

/** Reads type, range, default and help of a schema from its JSON Schema, so that they are said in one place. */
export function describeSchema(schema: z.ZodType): SchemaDescription {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const { json, word } = splitWord(whole);
  return {
    type: typeName(json),
    ...limit('minimum', json.minimum),
    ...limit('maximum', json.maximum),
    ...choicesOf(json),
    ...(word === undefined ? {} : { word }),
    ...(whole.default === undefined ? {} : { default: whole.default }),
    ...(json.examples === undefined ? {} : { examples: json.examples }),
    help: whole.description ?? '',
  };
}

function choicesOf({ enum: words, const: word }: z.core.JSONSchema.BaseSchema): { readonly choices?: readonly string[] } {
  if (words !== undefined) return { choices: words.map(String) };
  return word === undefined ? {} : { choices: [String(word)] };
}

/** A word beside something else: `wordOrInteger`. */
function splitWord(json: z.core.JSONSchema.BaseSchema): { readonly json: z.core.JSONSchema.BaseSchema; readonly word?: string } {
  const [first, second] = json.anyOf ?? [];
  return typeof first?.const === 'string' && second !== undefined ? { json: second, word: first.const } : { json };
}

const TYPE_NAMES = { integer: 'integer', number: 'number', boolean: 'boolean', array: 'list', object: 'mapping' } as const;

function typeName(json: z.core.JSONSchema.BaseSchema): SchemaDescription['type'] {
  if (json.enum !== undefined) return 'choice';
  if (json.oneOf !== undefined) return 'mapping';
  const type = json.type as keyof typeof TYPE_NAMES | undefined;
  return (type === undefined ? undefined : TYPE_NAMES[type]) ?? 'text';
}

/** Limits that are only those of the number format say nothing to a person. */
function limit(name: 'minimum' | 'maximum', value: number | undefined): { readonly minimum?: number; readonly maximum?: number } {
  return value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? {} : { [name]: value };
}

/** `a whole number from 1 to 1000`. */
export function wantedBy(schema: z.ZodType | undefined): string {
  if (schema === undefined) return 'another value';
  const wanted = describeSchema(schema);
  switch (wanted.type) {
    case 'integer':
      return `a whole number${rangeOf(wanted)}${orWord(wanted)}`;
    case 'number':
      return `a number${rangeOf(wanted)}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return orList(wanted.choices ?? []);
    case 'text':
      return 'text';
    case 'list':
      return 'a list';
    case 'mapping':
      return 'keys with their values';
  }
}

/** `relay, copy or auto`. */
export function orList(words: readonly string[]): string {
  const [last] = words.slice(-1);
  return words.length < 2 ? (last ?? '') : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function rangeOf({ minimum, maximum }: SchemaDescription): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

const orWord = ({ word }: SchemaDescription): string => (word === undefined ? '' : `, or ${word}`);

/** The schema of what stands at `path` of `root`, whose members tell which of several it is; undefined: there is no such place. */
export function schemaAt(schema: z.ZodType, path: Path, root?: unknown): z.ZodType | undefined {
  const [step, ...rest] = path;
  const chosen = choose(unwrap(schema), root);
  if (step === undefined) return chosen;
  const member = memberSchema(chosen, step);
  const value: unknown = typeof root === 'object' && root !== null ? Reflect.get(root, step) : undefined;
  return member === undefined ? undefined : schemaAt(member, rest, value);
}

/** Of alternatives that a member tells apart, the one that the value says it is. */
function choose(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodDiscriminatedUnion) || typeof value !== 'object' || value === null) return schema;
  const key = schema.def.discriminator;
  const word: unknown = Reflect.get(value, key);
  return alternatives(schema).find((option) => memberSchema(unwrap(option), key)?.safeParse(word).success === true) ?? schema;
}

/** The keys that an object may have at `path` of `root`. */
export function keysAt(schema: z.ZodType, path: Path, root: unknown): readonly string[] {
  const at = schemaAt(schema, path, root);
  const object = at === undefined ? undefined : unwrap(at);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** What a value may be, where that is one of several. */
export function alternatives(schema: z.ZodType): readonly z.ZodType[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodUnion ? (inner.options as readonly z.ZodType[]) : [];
}

function memberSchema(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodUnion) {
    return alternatives(schema)
      .map((option) => memberSchema(unwrap(option), step))
      .find((member) => member !== undefined);
  }
  if (schema instanceof z.ZodObject && typeof step === 'string') return schema.shape[step] as z.ZodType | undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}
