import { Aws } from 'aws-cdk-lib/core';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

export interface SchedulerRoleProps {
  readonly description: string;
  readonly starts: StateMachine | LambdaFunction;
  /** Where what could not be started goes. */
  readonly letters: IQueue;
}

/** A role with which EventBridge Scheduler, for this account, starts one machine or calls one function. */
export function schedulerRole(scope: Construct, id: string, { description, starts, letters }: SchedulerRoleProps): Role {
  const role = new Role(scope, id, {
    description,
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  if (starts instanceof StateMachine) starts.grantStartExecution(role);
  else starts.grantInvoke(role);
  letters.grantSendMessages(role);
  return role;
}
