import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';
import type { functionEnvironments } from '../config/environment.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** One ES module with all it needs; the CommonJS packages in it call `require`, which ES modules lack. */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  bundleAwsSDK: true,
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  logLevel: LogLevel.WARNING,
};

export interface BundledFunctionProps {
  readonly name: keyof typeof functionEnvironments;
  readonly description: string;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Lambda function: functions/<name>.ts, with a role of its own that may write its log and its traces. */
export class BundledFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      description: props.description,
      entry: join(PROJECT, 'functions', `${props.name}.ts`),
      projectRoot: PROJECT,
      depsLockFilePath: join(PROJECT, 'package-lock.json'),
      // Where nothing is bundled there is no output to hash; CDK would hash the whole project instead.
      bundling: Stack.of(scope).bundlingRequired ? BUNDLING : { ...BUNDLING, assetHash: props.name },
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: Duration.minutes(15),
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      role: new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup,
      tracing: Tracing.ACTIVE,
      // Versions that a run under way may still call.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    logGroup.grantWrite(this);
    acknowledgeResource(
      this.role ?? this,
      '*',
      'X-Ray takes traces without naming a resource: xray:PutTraceSegments and PutTelemetryRecords.',
    );
  }
}
