// Who may import whom (design.md section 8), as data. `layer-rule.ts` carries it out.

import type { Layer } from './layer-rule.ts';

const DOMAIN_REASON = 'the domain knows no AWS package, clock, environment or console: take what it does as an argument';
const ADAPTER_REASON = 'adapters never meet: they know the contracts of lib/datastore and lib/sync, and one technology';

/** What decides; it knows no technology. */
export const DOMAIN = [
  'lib/errors.ts',
  'lib/html',
  'lib/datastore',
  'lib/calendar',
  'lib/schedule',
  'lib/layouts',
  'lib/limits',
  'lib/transfer',
  'lib/sync',
  'lib/notify',
];

/** All that a function may carry to Lambda. */
const BUNDLED = [...DOMAIN, 'lib/secrets', 'lib/s3', 'lib/dynamodb', 'lib/events', 'lib/deliver', 'lib/config'];
const BUNDLED_PACKAGES = ['node:*', '@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*', 'zod', 'handlebars*', 'nodemailer'];

/** One entry a folder: the first whose `path` a file lies in holds. */
export const LAYERS: readonly Layer[] = [
  { path: 'lib/errors.ts', may: [], types: [], packages: [], because: 'everything imports the errors, so they import nothing' },
  {
    path: 'lib/datastore',
    may: ['lib/errors.ts'],
    types: ['lib/calendar/time-frame.ts'],
    packages: ['node:buffer'],
    because: `lib/datastore is the vocabulary that all else is said in; ${DOMAIN_REASON}`,
  },
  { path: 'lib/html', may: [], types: [], packages: [], because: 'pages are built of it, so it knows nothing of what they say' },
  {
    path: 'lib/layouts',
    may: ['lib/errors.ts', 'lib/datastore'],
    types: [],
    packages: ['node:buffer', 'node:crypto', 'node:zlib', 'zod'],
    because: `a layout knows formats and order, neither transfers nor runs; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/limits',
    may: ['lib/errors.ts', 'lib/datastore', 'lib/calendar'],
    types: [],
    packages: [],
    because: `limits are arithmetic on times and amounts; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/calendar',
    may: ['lib/errors.ts'],
    types: [],
    packages: [],
    because: `the calendar tells times from texts and knows neither jobs nor schedulers; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/schedule',
    may: ['lib/errors.ts', 'lib/calendar'],
    types: [],
    packages: [],
    because: `a schedule tells when a job is due, and is told what time it is; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/transfer',
    may: ['lib/errors.ts', 'lib/datastore'],
    types: [],
    packages: ['node:buffer'],
    because: `the transfer engine moves objects and knows nothing of backups or runs; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/sync/event',
    may: ['lib/errors.ts', 'lib/sync/report', 'lib/sync/describe-trigger.ts'],
    types: ['lib/sync/job.ts', 'lib/sync/run-store.ts', 'lib/sync/worker.ts'],
    packages: ['zod'],
    because: `events are made by who finds out how a copy stands (lib/sync/health), and know reports alone; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/sync',
    may: ['lib/errors.ts', 'lib/html', 'lib/datastore', 'lib/schedule', 'lib/limits', 'lib/transfer'],
    types: ['lib/calendar/time-frame.ts'],
    packages: ['node:buffer', 'zod', 're2js'],
    because: `runs decide, and are handed layouts and adapters; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/notify',
    may: [
      'lib/errors.ts',
      'lib/calendar',
      'lib/sync/event',
      'lib/sync/report',
      'lib/sync/filter-regex.ts',
      'lib/sync/overlap/clocks.ts',
    ],
    types: [],
    packages: ['node:crypto', 'handlebars*'],
    because: `what is told, to whom and in which words is decided from the event, and carried there by whoever can; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/serve',
    may: ['lib/errors.ts', 'lib/sync/run-store.ts', 'lib/sync/overlap/clocks.ts'],
    types: [],
    packages: ['zod'],
    because: `what is due is decided from what was looked up, and started by whoever can; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/prometheus',
    may: ['lib/errors.ts', 'lib/datastore', 'lib/sync/report', 'lib/sync/health', 'lib/sync/status'],
    types: [],
    packages: [],
    because: `metrics are a text made of what is known of jobs, whoever asks for it; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/secrets',
    may: ['lib/errors.ts'],
    types: [],
    packages: ['@aws-sdk/*'],
    because: 'lib/secrets reads secrets from where they are kept, for any adapter, and knows nothing of what they open',
  },
  {
    path: 'lib/deliver',
    may: ['lib/errors.ts', 'lib/secrets', 'lib/notify'],
    types: [],
    packages: ['node:*', '@aws-sdk/*', '@smithy/*', 'nodemailer'],
    because: `lib/deliver carries messages and decides nothing of them; ${ADAPTER_REASON}`,
  },
  ...['lib/s3', 'lib/dynamodb', 'lib/events'].map((path) => ({
    path,
    may: [
      'lib/errors.ts',
      'lib/secrets',
      'lib/datastore',
      'lib/limits',
      'lib/sync/overlap',
      'lib/sync/report',
      'lib/sync/event/event.ts',
      'lib/sync/written-record.ts',
    ],
    types: [
      'lib/notify/notice-store.ts',
      'lib/notify/told.ts',
      'lib/sync/run-store.ts',
      'lib/sync/health/health.ts',
      'lib/sync/payloads.ts',
    ],
    packages: ['node:*', '@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*', 'zod'],
    because: ADAPTER_REASON,
  })),
  {
    path: 'lib/config',
    may: [
      'lib/errors.ts',
      'lib/datastore',
      'lib/calendar',
      'lib/schedule',
      'lib/limits/timetable.ts',
      'lib/notify',
      'lib/sync/event/event.ts',
      'lib/sync/job.ts',
      'lib/sync/group-filter.ts',
    ],
    types: ['lib/sync/payloads.ts'],
    packages: ['node:*', 'zod', 'yaml'],
    because: 'lib/config turns text into checked values and opens nothing that it describes',
  },
  {
    path: 'lib/infra',
    may: [
      'lib/errors.ts',
      'lib/datastore',
      'lib/schedule',
      'lib/config',
      'lib/events/event-names.ts',
      'lib/events/metric-names.ts',
    ],
    types: ['lib/sync/payloads.ts', 'lib/sync/job.ts'],
    packages: ['node:*', 'constructs', 'aws-cdk-lib', 'aws-cdk-lib/*', 'cdk-nag', 'esbuild'],
    because: 'stacks deploy decisions and make none: what a run does is lib/sync, what a value may be is lib/config',
  },
  {
    path: 'lib/runtime',
    may: BUNDLED,
    types: [],
    packages: BUNDLED_PACKAGES,
    because:
      'lib/runtime introduces the parts to each other inside a function, and goes into its bundle: no CDK, no embedded cloud',
  },
  {
    path: 'lib/local',
    may: [...BUNDLED, 'lib/serve', 'lib/runtime', 'lib/infra', 'functions', 'cdk.json'],
    types: [],
    packages: ['*'],
    because: 'the embedded cloud stands in for AWS: it runs functions and stacks, and knows no command line and no test',
  },
  {
    path: 'lib/page',
    may: ['lib/errors.ts', 'lib/html', 'lib/datastore', 'lib/sync', 'lib/config'],
    types: [],
    packages: [],
    because: `a page is made of what was looked up, by whoever can; ${DOMAIN_REASON}`,
  },
  {
    path: 'lib/web',
    may: [
      'lib/errors.ts',
      'lib/sync/report',
      'lib/sync/status',
      'lib/config/job-document.ts',
      'lib/config/describe-overrides.ts',
      'lib/html',
      'lib/page',
      'lib/prometheus',
      'package.json',
    ],
    types: ['lib/sync/run-store.ts'],
    packages: ['node:*'],
    because: 'the server of the page answers requests, and is handed what it shows and what it may start',
  },
  {
    path: 'lib/cli',
    may: ['lib', 'functions', 'package.json'],
    types: [],
    packages: ['*'],
    because: "the command line introduces the parts to each other on a person's machine, and needs no script or test for it",
  },
  {
    path: 'lib/demo',
    may: ['lib', 'functions', 'test/support'],
    types: [],
    packages: ['*'],
    because: 'the demo plays the whole product on datastores that test/support builds, and nothing else of the tests',
  },
  {
    path: 'functions',
    may: [...BUNDLED, 'lib/runtime'],
    types: [],
    packages: BUNDLED_PACKAGES,
    because: 'a function is thin and is bundled: it never carries CDK code (lib/infra) or the embedded cloud (lib/local)',
  },
];
