import { Aws } from 'aws-cdk-lib/core';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

export interface SchedulerRoleProps {
  readonly description: string;
  readonly stateMachine: StateMachine;
  /** Where what could not be started goes. */
  readonly letters: IQueue;
}

/** A role with which EventBridge Scheduler, for this account, starts one machine. */
export function schedulerRole(scope: Construct, id: string, { description, stateMachine, letters }: SchedulerRoleProps): Role {
  const role = new Role(scope, id, {
    description,
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  stateMachine.grantStartExecution(role);
  letters.grantSendMessages(role);
  return role;
}
