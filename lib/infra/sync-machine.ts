import { ArnFormat, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import { acknowledgeResource } from './acknowledge.ts';
import { GROUPS_LABEL } from './groups-map.ts';
import { syncDefinition } from './sync-definition.ts';
import { mapFunctions } from './sync-functions.ts';
import type { PerFunction } from './sync-functions.ts';

export interface SyncMachineProps {
  readonly job: JobDocument;
  readonly functions: PerFunction<LambdaFunction>;
  readonly controlBucket: IBucket;
  readonly stateMachineName?: string;
}

/** The state machine of one job. It calls published versions, so a deploy in the middle of a run never changes that run's code. */
export class SyncMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: SyncMachineProps) {
    super(scope, id);
    // CDK is compiled without exactOptionalPropertyTypes: to us its classes are not quite their own interfaces.
    const functions = mapFunctions((name) => props.functions[name].currentVersion as IFunction);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      ...(props.stateMachineName !== undefined && { stateMachineName: props.stateMachineName }),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(syncDefinition(this, { ...props, functions })),
      tracingEnabled: true,
      // Without execution data: inputs of states hold the job, and its logs would be its most expensive part.
      logs: { destination: this.logGroup(), level: LogLevel.ALL, includeExecutionData: false },
    });
    this.allowEveryVersion(props.functions);
    this.acknowledgeRole(props.controlBucket);
  }

  /** Names below /aws/vendedlogs/ spare the account's limit of ten log resource policies. */
  private logGroup(): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 80, separator: '-' })}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** A run that began before a deploy goes on calling the versions it began with. */
  private allowEveryVersion(functions: PerFunction<LambdaFunction>): void {
    mapFunctions((name) => {
      functions[name].grantInvoke(this.stateMachine);
      acknowledgeResource(
        this,
        `${functions[name].functionArn}:*`,
        'All versions of one function: a run calls those it began with.',
      );
    });
  }

  /** The wildcards that CDK itself writes into the role of a machine with logs, traces and a Distributed Map. */
  private acknowledgeRole(controlBucket: IBucket): void {
    acknowledgeResource(this, '*', 'Log delivery and X-Ray take no resource: AWS defines none for their actions.');
    const plans = Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource: controlBucket.bucketName });
    acknowledgeResource(this, `${plans}/*`, 'The plan that the Map reads: its key holds the name of the run.');
    const own = 'Its own child executions, whose names are made up by Step Functions.';
    acknowledgeResource(this, `${this.executions()}:*`, own);
    acknowledgeResource(this, `${this.executions()}/${GROUPS_LABEL}:*`, own);
  }

  private executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: Fn.select(6, Fn.split(':', this.stateMachine.stateMachineArn)),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
