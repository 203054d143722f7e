import { z } from 'zod';

/** What holds for all jobs. */
export const settingsSchema = z
  .strictObject({
    'max-worker-threads': z.int().min(1).max(1000).default(32).meta({
      description: "The most groups that any run syncs at once; a run uses the lower of this and the job's `worker-threads`.",
    }),
    'group-metrics': z.boolean().default(false).meta({
      description:
        'Whether CloudWatch has the lag of each group as a metric, at the price of two metrics a group: docs/metrics.md.',
    }),
  })
  .meta({ description: 'What holds for all jobs.' });

export type SettingsEntry = z.output<typeof settingsSchema>;
