import { z } from 'zod';
import { alternatives, describeSchema, keysAt, orList, schemaAt, wantedBy } from './describe-schema.ts';
import { nearestKey, suggestKey } from './nearest-key.ts';
import type { Fault, Path } from './fault.ts';

/** Shows the value at `path` to a person; it may show where the value came from instead of what it is. */
export type ShowValue = (path: Path, value: unknown) => string;

/** Checks `value` against `schema` and says of each fault what was found, what is wanted and what to do. */
export function schemaFaults(schema: z.ZodType, value: unknown, show: ShowValue = showValue): readonly Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => issueFaults(schema, value, issue, show));
}

/** Keys that say where a secret is, below which somebody may have written the secret itself. */
const SECRETS: ReadonlySet<string | number> = new Set([
  'credentials',
  'secrets',
  'signing-secret',
  'password',
  'token',
  'webhook-url',
  'headers',
]);

/** A value in one short line; what may hold a secret is never shown. */
export function showValue(path: Path, value: unknown): string {
  if (path.some((step) => SECRETS.has(step))) return 'the value';
  if (typeof value === 'string') return JSON.stringify(clip(value.replace(/\/\/[^/\s]*@/, '//***@')));
  if (value === null || value === undefined) return 'the key';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'the value';
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function issueFaults(schema: z.ZodType, root: unknown, issue: z.core.$ZodIssue, show: ShowValue): Fault[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, root);
    return issue.keys.map((key) => ({ path: [...path, key], atKey: true, problem: `unknown key; ${suggestKey(key, known)}` }));
  }
  const value = valueAt(root, path);
  const at = schemaAt(schema, path, root);
  const branch = issue.code === 'invalid_union' && at !== undefined ? branchFor(at, value) : undefined;
  if (branch !== undefined) {
    const showBelow: ShowValue = (below, found) => show([...path, ...below], found);
    return schemaFaults(branch, value, showBelow).map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  if (value === undefined) return [{ path, problem: missing(at) }];
  return [{ path, problem: `${show(path, value)} ${problemOf(issue, value, at)}` }];
}

/** Which of the alternatives was meant: a list is a list and a text a text, whatever is wrong inside. */
function branchFor(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  const options = alternatives(schema);
  if (Array.isArray(value)) return options.find((option) => option instanceof z.ZodArray);
  return typeof value === 'string' ? options.find((option) => option instanceof z.ZodString) : undefined;
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType | undefined): string {
  const wanted = wantedBy(schema);
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(value, wanted);
    case 'invalid_value':
      return typeof value === 'string'
        ? `is not known here; ${choose(value, issue.values.map(String))}`
        : wrongType(value, wanted);
    case 'too_small':
      return issue.origin === 'array' ? 'has no entry; wanted at least one' : `is too low; wanted ${wanted}`;
    case 'too_big':
      return `is too high; wanted ${wanted}`;
    default:
      return issue.message;
  }
}

function choose(value: string, choices: readonly string[]): string {
  const near = choices.length > 1 ? nearestKey(value, choices) : undefined;
  return near === undefined ? `wanted ${orList(choices)}` : `wanted ${orList(choices)}; did you mean ${near}?`;
}

/** What kind of value stands there, what is wanted, and the slip that leads there most often. */
function wrongType(value: unknown, wanted: string): string {
  const problem = `${kindOf(value)}; wanted ${wanted}`;
  if (value === null) return `${problem}, or leave the key out`;
  if (isQuoted(value, wanted)) return `${problem}, written without quotes`;
  if (wanted === 'a list' && typeof value !== 'object') return `${problem}: put it on a line of its own after "- "`;
  return wanted === 'text' ? `${problem}${adviseText(value)}` : problem;
}

/** YAML reads `type: vm`, with a blank after the colon, as a key and its value. What it holds may be a secret. */
function adviseText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ', written in quotes';
  const members: unknown[] = Array.isArray(value) ? [] : Object.values(value);
  return members.length === 1 && typeof members[0] !== 'object'
    ? ': leave out the blank after the colon, or put it in quotes'
    : '';
}

function isQuoted(value: unknown, wanted: string): boolean {
  if (typeof value !== 'string') return false;
  return wanted === 'true or false' ? /^(true|false)$/i.test(value) : wanted.includes('number') && /^\d+$/.test(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'has no value';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is a set of keys';
  if (typeof value === 'number') return Number.isInteger(value) ? 'is a number' : 'is a fraction';
  return typeof value === 'boolean' ? 'is true/false' : 'is text';
}

/** The first sentence of a key's help says what to add. */
function missing(schema: z.ZodType | undefined): string {
  const help = schema === undefined ? '' : describeSchema(schema).help;
  return help === '' ? 'is missing; add it' : `is missing; add it: ${help.replace(/\.( .*)?$/s, '')}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}
