import { existsSync } from 'node:fs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { App, Validations } from 'aws-cdk-lib/core';
import { loadConfig } from '../lib/config/load-config.ts';
import { ConfigError } from '../lib/errors.ts';
import { FlotillaStack } from '../lib/infra/flotilla-stack.ts';
import { JobStack } from '../lib/infra/job-stack.ts';

const CONFIG = 'flotilla.yaml';
const EXAMPLE = 'examples/flotilla.yaml';

try {
  synthesize(new App());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(2);
}

/** The shared stack and one stack for each job of the configuration. */
function synthesize(app: App): void {
  const { jobs, notify, settings } = loadConfig(configFile(app), process.env);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const props = environment();
  const shared = new FlotillaStack(app, { notify, ...props });
  for (const job of jobs) new JobStack(app, { job, shared, groupMetrics: settings.groupMetrics, ...props });
  app.synth();
}

function configFile(app: App): string {
  const named: unknown = app.node.tryGetContext('config');
  if (typeof named === 'string') return named;
  if (existsSync(CONFIG)) return CONFIG;
  console.error(`There is no ${CONFIG} here: using ${EXAMPLE}. Name another file with -c config=<file>.`);
  return EXAMPLE;
}

/** Where the CLI says that its credentials lead to; without any, templates that fit everywhere. */
function environment(): { env?: { account: string; region: string } } {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account === undefined || region === undefined ? {} : { env: { account, region } };
}
