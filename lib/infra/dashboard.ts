import { ArnFormat, Lazy, Stack } from 'aws-cdk-lib/core';
import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct, type IConstruct } from 'constructs';
import { ALARM_KINDS } from './alarm.ts';
import { dashboardBody } from './dashboard-body.ts';

/**
 * One dashboard for all jobs. Its graphs search for whatever jobs have metrics; only the tiles of alarms are named, by names that are
 * known before the stacks of the jobs are there.
 */
export class JobsDashboard extends Construct {
  readonly #alarmNames: string[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    new CfnDashboard(this, 'Dashboard', {
      dashboardName: stackName,
      dashboardBody: Lazy.string({
        produce: () => Stack.of(this).toJsonString(dashboardBody({ region, prefix: stackName, alarmArns: this.#alarmArns() })),
      }),
    });
  }

  /** Shows the alarms below a construct that have names. */
  show(scope: IConstruct): void {
    const alarms = scope.node.findAll().filter((construct) => construct instanceof CfnAlarm);
    this.#alarmNames.push(...alarms.flatMap(({ alarmName }) => alarmName ?? []));
  }

  #alarmArns(): string[] {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const arnOf = (resourceName: string): string =>
      Stack.of(this).formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName, arnFormat });
    return this.#alarmNames.toSorted((a, b) => rankOf(a) - rankOf(b)).map(arnOf);
  }
}

const RANKS = Object.keys(ALARM_KINDS);

/** Of many jobs not all alarms have room: that no run came is shown of each of them before anything else is of any. */
function rankOf(alarmName: string): number {
  return RANKS.findIndex((kind) => alarmName.includes(`-${kind}`));
}
