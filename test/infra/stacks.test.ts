import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { FlotillaStack } from '../../lib/infra/flotilla-stack.ts';
import { JobStack } from '../../lib/infra/job-stack.ts';
import { SyncJob } from '../../lib/infra/sync-job.ts';
import { makeJob } from './job-document.ts';
import { makeApp, ofType, synthesizeStacks } from './synthesize.ts';

describe('the shared stack', () => {
  const { shared } = synthesizeStacks();

  it('keeps its table, encrypted, recoverable and protected', () => {
    const [table] = ofType(shared, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expires-at', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    });
  });

  it('keeps its bucket, encrypted and private, and a year of plans and reports in it', () => {
    const [bucket] = ofType(shared, 'AWS::S3::Bucket');
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [{ Prefix: 'runs/', ExpirationInDays: 400 }, { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
        },
      },
    });
    expect(JSON.stringify(ofType(shared, 'AWS::S3::BucketPolicy'))).toContain('"aws:SecureTransport":"false"');
  });

  it('says where runs are kept, by the names that flotilla status --deployed asks for', () => {
    const template = Template.fromStack(new FlotillaStack(makeApp({ builtinCloudFormationValidation: false })));
    const refOf = (type: string): object => ({ Ref: Object.entries(shared).find(([, resource]) => resource.Type === type)?.[0] });
    expect(template.findOutputs('*')).toMatchObject({
      TableName: { Value: refOf('AWS::DynamoDB::Table') },
      ControlBucketName: { Value: refOf('AWS::S3::Bucket') },
    });
  });

  it('lets alarms of this account publish to its topic', () => {
    const policy = JSON.stringify(ofType(shared, 'AWS::SNS::TopicPolicy'));
    expect(policy).toContain('"Service":"cloudwatch.amazonaws.com"');
    expect(policy).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
  });
});

describe('the stack of a job', () => {
  const { job } = synthesizeStacks();

  it('has five functions on Node 24 and ARM, outside of any network, each with a log that ends', () => {
    const functions = ofType(job, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(5);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: 900,
        TracingConfig: { Mode: 'Active' },
      });
      expect(Properties).not.toHaveProperty('VpcConfig');
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    expect(ofType(job, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays)).toEqual([
      90, 90, 90, 90, 90, 90,
    ]);
  });

  it('gives its worker one vCPU, whatever it may have in flight', () => {
    for (const line of ['', 'transfers-in-flight: 256']) {
      const functions = ofType(synthesizeStacks(makeJob({ job: line })).job, 'AWS::Lambda::Function');
      const memory = functions.map(({ Properties }) => Properties.MemorySize as number);
      expect(memory.toSorted((a, b) => a - b)).toEqual([512, 1024, 1024, 1024, 1769]);
    }
  });

  it('keeps the versions of its functions for the runs that call them', () => {
    const versions = ofType(job, 'AWS::Lambda::Version');
    expect(versions.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Retain', 'Retain', 'Retain']);
  });

  it('names its machine after itself, traces it and logs no data', () => {
    const [machine] = ofType(job, 'AWS::StepFunctions::StateMachine');
    expect(machine?.Properties).toMatchObject({
      StateMachineName: 'Flotilla-daily-offsite',
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });
});

describe('what is deployed', () => {
  it('passes the AWS Solutions pack', () => {
    const app = makeApp({ builtinCloudFormationValidation: false });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const shared = new FlotillaStack(app);
    new JobStack(app, { job: makeJob(), shared });
    new JobStack(app, { job: { ...makeJob({ target: 'credentials: "secret:offsite"' }), id: 'other' }, shared });
    const triggered = makeJob({ job: 'trigger: on-backup' });
    new JobStack(app, { job: { ...triggered, id: 'third', after: 'other' }, shared });
    const scheduled = makeJob({
      job: 'schedule: [{ at: mon..fri 22:30 }, { every: 90m }], timezone: Europe/Berlin, jitter: 10m',
    });
    new JobStack(app, { job: { ...scheduled, id: 'fourth' }, shared });
    expect(() => app.synth()).not.toThrow();
  });

  it('warns of credentials that a function cannot have', () => {
    const app = makeApp({ builtinCloudFormationValidation: false });
    const stack = new JobStack(app, { job: makeJob({ target: 'credentials: "env:OFFSITE"' }), shared: new FlotillaStack(app) });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('datastore offsite has .*secret:<name>'));
  });

  it('warns of an endpoint without credentials', () => {
    const app = makeApp({ builtinCloudFormationValidation: false });
    const stack = new JobStack(app, {
      job: makeJob({ target: 'endpoint: "https://s3.example.com"' }),
      shared: new FlotillaStack(app),
    });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('datastore offsite has .*secret:<name>'));
  });

  it('has nothing to warn of at an endpoint of AWS written out', () => {
    const app = makeApp({ builtinCloudFormationValidation: false });
    const job = makeJob({ target: 'endpoint: "https://s3.us-east-1.amazonaws.com"' });
    const stack = new JobStack(app, { job, shared: new FlotillaStack(app) });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('datastore offsite'));
  });

  it('can be a part of another app, beside resources of its own', () => {
    const stack = new Stack(makeApp({ builtinCloudFormationValidation: false }), 'Mine');
    const key = (name: string) => ({ name, type: AttributeType.STRING });
    const table = new Table(stack, 'Table', { partitionKey: key('pk'), sortKey: key('sk') });
    const own = { controlBucket: new Bucket(stack, 'Bucket'), eventBus: new EventBus(stack, 'Bus') };
    const job = new SyncJob(stack, 'Sync', {
      job: makeJob(),
      table: Table.fromTableName(stack, 'Same', table.tableName),
      controlBucket: Bucket.fromBucketName(stack, 'SameBucket', own.controlBucket.bucketName),
      eventBus: EventBus.fromEventBusName(stack, 'SameBus', own.eventBus.eventBusName),
    });
    expect(job.stateMachine.node.path).toBe('Mine/Sync/Machine/StateMachine');
  });
});
