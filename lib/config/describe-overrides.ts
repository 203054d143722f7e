import { describeSchema } from './describe-schema.ts';
import type { SchemaDescription } from './describe-schema.ts';
import { overridesSchema } from './job-schema.ts';
import type { Overrides } from './job-schema.ts';

/** An option that one run may override: key in PBS spelling, type, range, the default of the job, and help in one sentence or two. */
export interface OverrideDescription extends SchemaDescription {
  readonly key: keyof Overrides;
}

/** All options that one run may override, in the order people should see them. */
export function describeOverrides(): readonly OverrideDescription[] {
  const keys = Object.keys(overridesSchema.shape) as (keyof Overrides)[];
  return keys.map((key) => ({ key, ...describeSchema(overridesSchema.shape[key]) }));
}
