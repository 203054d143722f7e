import { describeSchema } from './describe-schema.ts';
import type { SchemaDescription } from './describe-schema.ts';
import { overridableOptions } from './job-options.ts';
import { overridesSchema } from './job-schema.ts';
import type { Overrides } from './job-schema.ts';
import { omitKeys } from './spelling.ts';

/** An option that one run may be given: its key in PBS spelling, type, range, and help in a sentence or two. */
export interface OverrideDescription extends SchemaDescription {
  readonly key: keyof Overrides;
  /** Whether the job has a value of its own, which holds where the run says nothing. Then there is no `default`. */
  readonly ofJob: boolean;
}

/** All options that one run may be given, in the order people should see them: for flags and for the documentation. */
export function describeOverrides(): readonly OverrideDescription[] {
  const keys = Object.keys(overridesSchema.shape) as (keyof Overrides)[];
  return keys.map((key) => {
    const option = describeSchema(overridesSchema.shape[key]);
    const ofJob = key in overridableOptions;
    return { key, ofJob, ...(ofJob ? omitKeys(option, ['default']) : option) };
  });
}
