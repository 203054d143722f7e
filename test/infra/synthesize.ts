import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import type { AppProps } from 'aws-cdk-lib/core';
import cdk from '../../cdk.json' with { type: 'json' };
import type { JobDocument } from '../../lib/config/job-document.ts';
import { FlotillaStack } from '../../lib/infra/flotilla-stack.ts';
import { JobStack } from '../../lib/infra/job-stack.ts';
import { makeJob } from './job-document.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

export type Resources = Readonly<Record<string, Resource>>;

/** An app with the flags of cdk.json; nothing is bundled. */
export function makeApp(props: AppProps = {}): App {
  return new App({
    outdir: mkdtempSync(join(tmpdir(), 'flotilla-test-')),
    context: {
      ...cdk.context,
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:disable-asset-staging': true,
      '@aws-cdk/core:annotationsInValidationReport': false,
    },
    ...props,
  });
}

/** The resources of both stacks, as a deploy of one job would create them. */
export function synthesizeStacks(job: JobDocument = makeJob()): { readonly shared: Resources; readonly job: Resources } {
  const app = makeApp({ builtinCloudFormationValidation: false });
  const shared = new FlotillaStack(app);
  const stack = new JobStack(app, { job, shared });
  const assembly = app.synth();
  return {
    shared: resourcesOf(assembly.getStackByName(shared.stackName)),
    job: resourcesOf(assembly.getStackByName(stack.stackName)),
  };
}

/** Resources of one type. */
export function ofType(resources: Resources, type: string): readonly Resource[] {
  return Object.values(resources).filter(({ Type }) => Type === type);
}

/** Resources of one construct of a job: `Schedules`. */
export function below(resources: Resources, construct: string): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([id]) => id.startsWith(`SyncJob${construct}`)));
}

function resourcesOf(artifact: { readonly template: { readonly Resources: Resources } }): Resources {
  return artifact.template.Resources;
}
