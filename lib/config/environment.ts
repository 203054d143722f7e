import { z } from 'zod';
import { checkEndpoint } from './endpoint.ts';
import type { Environment } from './expand-variables.ts';
import { faultError, formatFault } from './fault.ts';
import { text } from './formats.ts';
import { schemaFaults } from './schema-faults.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'silent'] as const;

const endpointUrl = (service: string): z.ZodExactOptional<z.ZodString> =>
  text(checkEndpoint, { description: `URL of ${service} in the place of AWS.` }).exactOptional();

const TopicsSchema = z.record(z.string(), z.string());

const name = (description: string): z.ZodString => text(checkName, { description });

/** What every function needs. Other variables are let pass: the Lambda runtime sets many. */
const base = z.object({
  TABLE_NAME: name('The DynamoDB table for locks, runs and replicas.'),
  CONTROL_BUCKET: name('The bucket for plans and reports.'),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS))
    .default('info')
    .meta({ description: 'The least level that is logged.' }),
  LOCK_LEASE_SECONDS: text(checkSeconds, { description: 'How long a lock or turn lasts when it is not renewed.' })
    .transform(Number)
    .default(120),
  AWS_REGION: name('The region of the table and the control bucket; set by Lambda.').exactOptional(),
  AWS_ENDPOINT_URL_S3: endpointUrl('S3 for the control bucket'),
  AWS_ENDPOINT_URL_DYNAMODB: endpointUrl('DynamoDB'),
});

/** Functions that tell the world what happens to a run. Without a bus they tell nobody. */
const telling = base.extend({
  EVENT_BUS_NAME: name('The EventBridge bus for what happened to runs.').exactOptional(),
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpointUrl('EventBridge'),
});

const watching = telling.extend({
  GROUP_METRICS: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Whether the lag of each group is a metric of its own.' }),
});

const notifying = base.extend({
  NOTIFY_FILE: name('The file that says whom to tell what.'),
  NOTIFY_TOPICS: text(checkTopics, { description: 'The topics for e-mail, ARNs by target, as JSON.' })
    .transform((topics) => TopicsSchema.parse(JSON.parse(topics)))
    .default({}),
});

/** The environment of each function: the stack gives it, and the function parses it. */
export const functionEnvironments = {
  'start-run': telling,
  'sync-group': base,
  'remove-vanished': base,
  'finish-run': telling,
  watch: watching,
  notify: notifying,
} as const;

/** The variables as the stack writes them. */
export type FunctionEnvironment = z.input<typeof telling>;

/**
 * Reads the variables of one function: `parseEnvironment(functionEnvironments['sync-group'], process.env)`. Throws a
 * `ConfigError` ENVIRONMENT_INVALID that lists every fault.
 */
export function parseEnvironment<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const faults = schemaFaults(schema, environment);
  throw faultError('ENVIRONMENT_INVALID', "the function's environment variables cannot be used", faults.map(formatFault));
}

function checkName(value: string): string | undefined {
  return value === '' ? 'is empty; give the name' : undefined;
}

function checkSeconds(value: string): string | undefined {
  return /^[0-9]{1,5}$/.test(value) && Number(value) >= 1
    ? undefined
    : 'is no number of seconds; write a whole number from 1 to 99999';
}

function checkTopics(value: string): string | undefined {
  try {
    return TopicsSchema.safeParse(JSON.parse(value)).success ? undefined : 'is no JSON object of texts';
  } catch {
    return 'is no JSON';
  }
}
