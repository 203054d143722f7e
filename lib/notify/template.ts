// The package in one file: its own entry is 44, which every command would load.
import Handlebars from 'handlebars/dist/handlebars.js';
import { FIELD_NAMES } from './fields.ts';
import type { Message } from './message.ts';

/** What a template is made of: PBS's variables. */
export interface TemplateValues {
  readonly title: string;
  readonly message: string;
  readonly severity: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The text, or what is wrong with the template for these very values. */
export type Template = (values: TemplateValues) => { readonly text: string } | { readonly problem: string };

/** An environment of our own: nobody else's helpers are in it, and PBS's three are. */
const handlebars = Handlebars.create();
handlebars.registerHelper('url-encode', (value: unknown) => encodeURIComponent(textOf(value)));
/** As it stands between the quotes of a JSON text. */
handlebars.registerHelper('escape', (value: unknown) => JSON.stringify(textOf(value)).slice(1, -1));
handlebars.registerHelper('json', (value: unknown) => JSON.stringify(value));

const OPTIONS = { noEscape: true, strict: true, knownHelpers: { 'url-encode': true, escape: true, json: true } } as const;
/** Values are data: what JavaScript's prototypes offer beside them is not there. */
const SAFE = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

/** Reads a Handlebars template. What is wrong with it, an unknown variable too, is said in words that follow it. */
export function compileTemplate(text: string, secrets: readonly string[]): Template | { readonly problem: string } {
  const compiled = handlebars.compile<TemplateValues>(text, OPTIONS);
  const template: Template = (values) => {
    try {
      return { text: compiled(values, SAFE) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { problem: `is no Handlebars template: ${oneLine(error.message)}; its variables are ${VARIABLES}` };
    }
  };
  // Some branches are for what an event has, others for what it has not.
  const tried = ['x', ''].map((field) => template(sampleValues(secrets, field)));
  return tried.find((filled) => 'problem' in filled) ?? template;
}

const VARIABLES = 'title, message, severity, timestamp, fields.<name> and secrets.<name>';

/** The values of one message. */
export function templateValues(message: Message, secrets: TemplateValues['secrets']): TemplateValues {
  const { title, text, severity, at, fields } = message;
  return { title, message: text, severity, timestamp: Math.floor(Date.parse(at) / 1000), fields, secrets };
}

function sampleValues(secrets: readonly string[], field: string): TemplateValues {
  const named = (names: readonly string[], value: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, value]));
  return {
    title: 'x',
    message: 'x',
    severity: 'info',
    timestamp: 0,
    fields: named(FIELD_NAMES, field),
    secrets: named(secrets, 'x'),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Handlebars quotes the template with a pointer below it, and says what has not the name: neither helps on one line. */
function oneLine(text: string): string {
  const [first = ''] = text.split('\n');
  return first
    .replace(/ in (\[object Object\]|undefined)/, '')
    .replace(/:$/, '')
    .slice(0, 200);
}
