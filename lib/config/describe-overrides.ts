import { describeSchema } from './describe-schema.ts';
import type { SchemaDescription } from './describe-schema.ts';
import { overridableOptions } from './job-options.ts';
import { clearableOptions, overridesSchema } from './job-schema.ts';
import type { Overrides } from './job-schema.ts';
import { omitKeys } from './spelling.ts';

/** An option that one run may be given: its key in PBS spelling, type, range, and help in a sentence or two. */
export interface OverrideDescription extends SchemaDescription {
  readonly key: keyof Overrides;
  /** Whether the job has a value of its own, which holds where the run says nothing. Then there is no `default`. */
  readonly ofJob: boolean;
  /** What says "none of it" to a run, where there is such a value: `--no-<key>`. */
  readonly none?: false | readonly [] | null;
}

/** All options that one run may be given, in the order people should see them: for flags and for the documentation. */
export function describeOverrides(): readonly OverrideDescription[] {
  const keys = Object.keys(overridesSchema.shape) as (keyof Overrides)[];
  return keys.map((key) => {
    const option = describeSchema(overridesSchema.shape[key]);
    const ofJob = key in overridableOptions;
    return { key, ofJob, ...(ofJob ? omitKeys(option, ['default']) : option), ...noneOf(key, option) };
  });
}

function noneOf(key: string, { type }: SchemaDescription): Pick<OverrideDescription, 'none'> {
  if (type === 'boolean') return { none: false };
  if (type === 'list') return { none: [] };
  return (clearableOptions as readonly string[]).includes(key) ? { none: null } : {};
}
