import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import type { AppProps, CfnElement } from 'aws-cdk-lib/core';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import cdk from '../../../cdk.json' with { type: 'json' };
import type { JobDocument } from '../../config/job-document.ts';
import { mapFunctions, SYNC_FUNCTIONS } from '../../infra/sync-functions.ts';
import type { PerFunction } from '../../infra/sync-functions.ts';
import { SyncJob } from '../../infra/sync-job.ts';
import type { Definition } from './definition.ts';
import { readDefinition, readEnvironment } from './read-template.ts';
import type { Template } from './read-template.ts';
import { SHARED_NAMES } from './shared-names.ts';

export interface SynthesizedJob {
  /** The definition that a deploy of the job puts in place; its tasks call functions named `start-run`, `sync-group`, .. */
  readonly definition: Definition;
  /** The environment that the stack gives to each function, with `SHARED_NAMES` in it. */
  readonly environment: PerFunction<Readonly<Record<string, string>>>;
}

/** With the feature flags of a deploy, but without what only a deploy needs: bundles, metadata and a check of the template. */
const APP: AppProps = {
  context: {
    ...cdk.context,
    'aws:cdk:bundling-stacks': [],
    'aws:cdk:disable-asset-staging': true,
    // A deploy prints warnings that mean nothing on this machine, such as that a function has no environment of its user's.
    '@aws-cdk/core:annotationsInValidationReport': false,
  },
  analyticsReporting: false,
  autoSynth: false,
  builtinCloudFormationValidation: false,
  stackTraces: false,
  treeMetadata: false,
};

/** Synthesizes the stack of one job, as a deploy does, and reads from its template what a run on this machine needs. */
export function synthesizeJob(job: JobDocument): SynthesizedJob {
  const outdir = mkdtempSync(join(tmpdir(), 'flotilla-synth-'));
  try {
    const app = new App({ ...APP, outdir });
    const stack = new Stack(app, 'Local');
    const syncJob = new SyncJob(stack, 'SyncJob', { job, ...sharedResources(stack) });
    const template = app.synth().getStackByName(stack.stackName).template as Template;
    return readJob(template, stack, syncJob);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function sharedResources(stack: Stack) {
  return {
    table: Table.fromTableName(stack, 'Table', SHARED_NAMES.table),
    controlBucket: Bucket.fromBucketName(stack, 'ControlBucket', SHARED_NAMES.controlBucket),
    eventBus: EventBus.fromEventBusName(stack, 'EventBus', SHARED_NAMES.eventBus),
  };
}

function readJob(template: Template, stack: Stack, { functions }: SyncJob): SynthesizedJob {
  const logicalId = (construct: IConstruct): string =>
    String(stack.resolve((construct.node.defaultChild as CfnElement).logicalId));
  const versions = SYNC_FUNCTIONS.map((name) => [logicalId(functions[name].currentVersion), name] as const);
  return {
    definition: readDefinition(template, { 'AWS::Partition': 'aws', ...Object.fromEntries(versions) }),
    environment: mapFunctions((name) => readEnvironment(template, logicalId(functions[name]))),
  };
}
