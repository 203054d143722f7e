import { z } from 'zod';
import { datastoreSchema } from './datastore-schema.ts';
import { jobSchema } from './job-schema.ts';
import { notifySchema } from './notify-schema.ts';
import { settingsSchema } from './settings-schema.ts';

/** The configuration file, `flotilla.yaml`. */
export const configurationSchema = z.strictObject({
  datastores: z.array(datastoreSchema).min(1).meta({ description: 'The datastores that jobs read and write.' }),
  jobs: z.array(jobSchema).default([]).meta({ description: 'The jobs, one stack each.' }),
  notify: notifySchema.prefault({}),
  settings: settingsSchema.prefault({}),
});
