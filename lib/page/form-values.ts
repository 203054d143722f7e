import { describeOverrides, type OverrideDescription } from '../config/describe-overrides.ts';
import type { Fault } from '../config/fault.ts';

/** What somebody wrote into the form, by option; `none` are those that the run shall have none of. */
export interface FormValues {
  readonly given: Readonly<Record<string, string>>;
  readonly none: readonly string[];
}

export const EMPTY_FORM: FormValues = { given: {}, none: [] };

/** What is wrong with one field, or, without a key, with all of them together. */
export interface FieldFault {
  readonly key?: string;
  readonly problem: string;
}

/** What the scheduler says of a run, and no person. */
const NOT_ASKED = ['scheduled-time', 'schedule-name', 'pending-only', 'after-run'];

/** The options that the form asks for. */
export function formFields(): readonly OverrideDescription[] {
  return describeOverrides().filter(({ key }) => !NOT_ASKED.includes(key));
}

/** Reads the fields `o.<option>` and `none` of a form that was sent. */
export function formValues(form: URLSearchParams, fields: readonly OverrideDescription[]): FormValues {
  const given = fields.flatMap(({ key }): [string, string][] => {
    const text = form.get(`o.${key}`)?.replaceAll('\r\n', '\n').trim() ?? '';
    return text === '' ? [] : [[key, text]];
  });
  return {
    given: Object.fromEntries(given),
    none: form.getAll('none').filter((key) => fields.some((field) => field.key === key)),
  };
}

/** The overrides that they stand for, as the configuration file would say them. What is no number stays text, and is refused as such. */
export function overridesOfForm({ given, none }: FormValues, fields: readonly OverrideDescription[]): Record<string, unknown> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const text = given[field.key];
    if (text !== undefined) return [[field.key, valueOf(text, field)]];
    return none.includes(field.key) && field.none !== undefined ? [[field.key, field.none]] : [];
  });
  return Object.fromEntries(entries);
}

const SWITCH: Readonly<Record<string, boolean>> = { true: true, false: false };

function valueOf(text: string, { type }: OverrideDescription): unknown {
  if (type === 'boolean') return SWITCH[text] ?? text;
  if (type === 'list') return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Faults beside the fields that they are of. */
export function fieldFaults(faults: readonly Fault[], fields: readonly OverrideDescription[]): readonly FieldFault[] {
  return faults.map(({ path, problem }) => {
    const [key] = path;
    const isField = typeof key === 'string' && fields.some((field) => field.key === key);
    return isField ? { key, problem } : { problem: key === undefined ? problem : `${String(key)}: ${problem}` };
  });
}
