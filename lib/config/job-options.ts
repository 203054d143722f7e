import { z } from 'zod';
import { TRANSFER_MODES } from '../sync/job.ts';
import { checkNamespace, checkTime, text } from './formats.ts';

/**
 * The options of a job. One entry here (and its member in `sync/job.ts`) gives the key in the configuration file, its JSON
 * Schema and row in the documentation, the override of one run, the flag of the command line and the way into `Job`.
 */

/** Given by the configuration file alone: what they say decides what belongs to the job. */
export const fixedOptions = {
  namespace: text(checkNamespace, {
    description: 'Anchor on the source: its groups and those of all namespaces below it are synced. Root is `""`.',
  }).default(''),
  'target-namespace': text(checkNamespace, { description: 'Anchor on the target, in place of the one on the source.' }).default(
    '',
  ),
};

/** Given by the configuration file, and by one run in its place. */
export const overridableOptions = {
  'worker-threads': z
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .meta({ description: 'How many groups are synced at once. `max-worker-threads` of the settings is the ceiling.' }),
  'transfers-in-flight': z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .meta({ description: 'How many objects one worker moves at once. Each takes up to 32 MiB of memory.' }),
  'transfer-mode': z.enum(TRANSFER_MODES).default('relay').meta({
    description:
      '`relay` reads every object, verifies it and writes it; `copy` lets the provider copy, unverified, where one principal may read the source and write the target on the same endpoint; `auto` copies where that can be and relays elsewhere.',
  }),
  'remove-vanished': z
    .boolean()
    .default(false)
    .meta({ description: 'Remove from the target what the source no longer has. Snapshots protected on the target are kept.' }),
};

/** Given by one run alone. */
export const runOptions = {
  'dry-run': z.boolean().default(false).meta({ description: 'Plan only: say what the run would do, and change nothing.' }),
  'scheduled-time': text(checkTime, {
    description: 'The tick that this run serves, ISO 8601, set by the scheduler. A second run for the same tick is skipped.',
  }).exactOptional(),
};
