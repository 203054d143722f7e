import { z } from 'zod';
import { SEVERITIES } from '../sync/event/event.ts';
import { parseJobPattern } from '../notify/job-pattern.ts';
import { NOTICE_STATES } from '../notify/state.ts';
import { SMTP_MODES, WEBHOOK_METHODS } from '../notify/target.ts';
import * as formats from './formats.ts';
import { timezoneOf } from './timetable-schema.ts';

/** What a person called something, by which commands and matchers call it. */
const id = formats.text(formats.checkDatastoreId, {
  description: 'Its name: 1 to 64 letters, digits, `_`, `.` and `-`.',
  pattern: formats.DATASTORE_ID_PATTERN,
});

const shared = {
  id,
  comment: z.string().exactOptional().meta({ description: 'For people.' }),
  disable: z.boolean().default(false).meta({ description: 'Whether it is left out, as if it were not here.' }),
};

const secretPlace = (what: string): z.ZodString =>
  formats.text(formats.checkSecretPlace, {
    description: `Where ${what} is kept: \`env:<NAME>\`, \`secret:<name or ARN>\`, or \`secret:<name or ARN>#<member>\` of one that is JSON.`,
    pattern: formats.SECRET_PLACE_PATTERN,
  });

const address = formats.text(formats.checkAddress, { description: 'An e-mail address.', examples: ['backup@example.com'] });
const addresses = z.array(address).min(1).meta({ description: 'Who gets it: a list of e-mail addresses.' });

const baseUrl = (description: string): z.ZodString => formats.text(formats.checkWebUrl, { description, pattern: '^https?://' });

const TYPES = 'webhook, email, smtp, sns, slack, ntfy or gotify';

function typeOf<T extends string>(type: T, description: string): z.ZodLiteral<T> {
  return z.literal(type).meta({ description: `What it is: ${TYPES}. ${description}` });
}

const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const secrets = z
  .record(z.string().regex(SECRET_NAME, { error: 'is no name; use letters, digits, _ and -' }), secretPlace('it'))
  .default({})
  .meta({
    description: 'Secrets for the templates, by name: each says where it is kept. A template writes `{{ secrets.<name> }}`.',
    examples: [{ token: 'secret:flotilla/webhook' }],
  });

const webhook = z.strictObject({
  ...shared,
  type: typeOf('webhook', 'An HTTP request of your own making.'),
  url: z.string().meta({ description: 'Where the request goes, `http://` or `https://`. A template.' }),
  method: z.enum(WEBHOOK_METHODS).default('POST').meta({ description: 'The method of the request.' }),
  headers: z.record(z.string(), z.string()).default({}).meta({ description: 'Headers by name; their values are templates.' }),
  body: z.string().exactOptional().meta({
    description:
      'The body, a template. Left out: a JSON document with title, message, severity, timestamp, fields and the event.',
  }),
  secrets,
  'signing-secret': secretPlace('the secret that signs requests by the Standard Webhooks specification').exactOptional(),
});

const email = z.strictObject({
  ...shared,
  type: typeOf('email', 'E-mail by an SNS topic of the stack. Each address has to confirm once.'),
  to: addresses,
});

const smtp = z.strictObject({
  ...shared,
  type: typeOf('smtp', 'E-mail by a server of yours.'),
  server: z.string().min(1).meta({ description: 'The name or address of the server.' }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .exactOptional()
    .meta({ description: 'Left out: 465 with `tls`, 587 with `starttls`, 25 with `insecure`.' }),
  mode: z.enum(SMTP_MODES).default('tls').meta({
    description: 'How the connection is protected: `tls` from its beginning, by `starttls`, or not at all.',
  }),
  from: address,
  to: addresses,
  username: z.string().exactOptional().meta({ description: 'Left out: nobody signs in.' }),
  password: secretPlace('the password').exactOptional(),
});

const sns = z.strictObject({
  ...shared,
  type: typeOf('sns', 'An SNS topic of yours.'),
  topic: formats.text(formats.checkTopicArn, {
    description: 'The ARN of the topic.',
    pattern: formats.TOPIC_ARN_PATTERN,
    examples: ['arn:aws:sns:eu-central-1:111122223333:backups'],
  }),
});

const slack = z.strictObject({
  ...shared,
  type: typeOf('slack', 'A channel of Slack, by an incoming webhook.'),
  'webhook-url': secretPlace('the URL of the webhook, with which anybody may write to the channel'),
});

const ntfy = z.strictObject({
  ...shared,
  type: typeOf('ntfy', 'A topic of ntfy, which phones follow.'),
  server: baseUrl('The server.').default('https://ntfy.sh'),
  topic: z
    .string()
    .regex(/^[-_A-Za-z0-9]{1,64}$/, { error: 'is no topic; use 1 to 64 letters, digits, - and _' })
    .meta({
      description: 'The topic. On a public server without `token`, anybody who knows it can read it.',
    }),
  token: secretPlace('the access token').exactOptional(),
});

const gotify = z.strictObject({
  ...shared,
  type: typeOf('gotify', 'An application of Gotify.'),
  server: baseUrl('The server.'),
  token: secretPlace("the application's token"),
});

/** Targets by `type`. */
export const targetSchemas = { webhook, email, smtp, sns, slack, ntfy, gotify } as const;

export const targetSchema = z.discriminatedUnion('type', [webhook, email, smtp, sns, slack, ntfy, gotify], {
  error: `is no type of target; wanted ${TYPES}`,
});

const jobPattern = formats.text(
  (pattern) => {
    const parsed = parseJobPattern(pattern);
    return 'problem' in parsed ? parsed.problem : undefined;
  },
  {
    description: 'The id of a job, or `regex:` and a regular expression that is searched in ids.',
    examples: ['daily-offsite', 'regex:^vm-'],
  },
);

const timeframe = formats.text(formats.checkTimeFrame, { description: 'A time frame.', examples: ['mon..fri 8:00-18:00'] });

/** Which targets get what. */
export const matcherSchema = z.strictObject({
  ...shared,
  'match-severity': z
    .array(z.enum(SEVERITIES))
    .min(1)
    .exactOptional()
    .meta({ description: 'Any of these severities: `info`, `notice`, `warning`, `error`.' }),
  'match-state': z
    .array(z.enum(NOTICE_STATES))
    .min(1)
    .exactOptional()
    .meta({ description: `Any of these states: ${NOTICE_STATES.map((state) => `\`${state}\``).join(', ')}.` }),
  'match-job': z
    .array(jobPattern)
    .min(1)
    .exactOptional()
    .meta({ description: 'Any of these jobs: their ids, or `regex:` and a regular expression.' }),
  'match-calendar': z.array(timeframe).min(1).exactOptional().meta({
    description: 'Any of these time frames, as PBS writes them: `mon..fri 8:00-18:00`. Also `22-6` and `0-24`.',
  }),
  timezone: timezoneOf('`match-calendar`').default('UTC'),
  mode: z
    .enum(['all', 'any'])
    .default('all')
    .meta({ description: 'Whether all rules that are there have to match, or any of them.' }),
  'invert-match': z.boolean().default(false).meta({ description: 'Whether it matches what the rules do not.' }),
  target: z.array(z.string()).min(1).meta({ description: 'Ids of the targets that get what matches.' }),
});

/** Whom to tell what. */
export const notifySchema = z
  .strictObject({
    targets: z.array(targetSchema).default([]).meta({ description: 'Whom to tell, and how.' }),
    matchers: z
      .array(matcherSchema)
      .default([])
      .meta({ description: 'Which targets get what. Without any, every target gets everything.' }),
    link: baseUrl('Where the page of `flotilla serve` is reached, for the links in messages.').exactOptional(),
  })
  .meta({ description: 'Whom to tell what happened.' });

/** The members of targets that are looked at together. */
export const anyTargetSchema = z.object({ ...smtp.shape, ...webhook.shape, type: z.string() });

export type AnyTarget = z.output<typeof anyTargetSchema>;
export type TargetEntry = z.output<typeof targetSchema>;
export type MatcherEntry = z.output<typeof matcherSchema>;
export type NotifyEntry = z.output<typeof notifySchema>;
