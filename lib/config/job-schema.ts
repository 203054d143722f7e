import { z } from 'zod';
import { datastoreDocumentSchema } from './datastore-schema.ts';
import { checkJobId, JOB_ID_PATTERN, text } from './formats.ts';
import { fixedOptions, overridableOptions, runOptions } from './job-options.ts';
import { settingsSchema } from './settings-schema.ts';

const id = text(checkJobId, {
  description:
    'The name of the job: 3 to 32 letters, digits and hyphens. It becomes part of the names of its stack and state machine.',
  pattern: JOB_ID_PATTERN,
});

/** A job as the configuration file says it. */
export const jobSchema = z
  .strictObject({
    id,
    source: z.string().meta({ description: 'Id of the datastore that is read. Nothing is ever written to it.' }),
    target: z.string().meta({ description: 'Id of the datastore that is written.' }),
    ...fixedOptions,
    ...overridableOptions,
  })
  .meta({ description: 'One sync: a source, a target and how.' });

/** A job as it travels, complete in itself: the constant of the state machine's first state, with overrides merged in later. */
export const jobDocumentSchema = z.strictObject({
  id,
  source: datastoreDocumentSchema,
  target: datastoreDocumentSchema,
  ...fixedOptions,
  ...overridableOptions,
  ...runOptions,
  'max-worker-threads': settingsSchema.shape['max-worker-threads'],
});

/** What one run may say in place of its job. Strict: a mistyped option must not run with the job's value. */
export const overridesSchema = z.strictObject({ ...overridableOptions, ...runOptions });

/** What one run may leave out although its job says it. */
export const clearableOptions = (Object.keys(overridableOptions) as (keyof typeof overridableOptions)[]).filter(
  (key): key is ClearableOption => overridableOptions[key] instanceof z.ZodExactOptional,
);

export type ClearableOption = 'max-depth' | 'transfer-last' | `${'rate' | 'burst'}-${'in' | 'out'}`;
export type JobEntry = z.output<typeof jobSchema>;
export type JobDocument = z.output<typeof jobDocumentSchema>;
export type Overrides = z.input<typeof overridesSchema>;
