import { JsonNull } from 'aws-cdk-lib/core';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  JsonPath,
  S3JsonLItemReader,
  StateMachineType,
  Succeed,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { invoke } from './invoke.ts';

/** Names the child executions, in ARNs and metrics. */
export const GROUPS_LABEL = 'Groups';

/**
 * The Map over the lines of a round: one child execution a group, `workerThreads` of them at once. It has no Retry, which would run
 * all groups again, and tolerates every failure: finish-run judges a group by the result its worker left in the table.
 */
export function groupsMap(scope: Construct, syncGroup: IFunction, controlBucket: IBucket): DistributedMap {
  const map = DistributedMap.jsonPath(scope, 'Groups', {
    stateName: 'Groups',
    label: GROUPS_LABEL,
    comment: 'One child execution for each group that has work',
    mapExecutionType: StateMachineType.STANDARD,
    maxConcurrencyPath: '$.start.workerThreads',
    toleratedFailurePercentage: 100,
    itemReader: new S3JsonLItemReader({ bucket: controlBucket, key: JsonPath.stringAt('$.start.round.planKey') }),
    // A Distributed Map sees nothing of the state around it but what is handed in here.
    itemSelector: {
      job: JsonPath.objectAt('$.start.job'),
      run: JsonPath.objectAt('$.run'),
      item: JsonPath.objectAt('$$.Map.Item.Value'),
      next: { done: false, waitSeconds: 0, cursor: JsonNull.INSTANCE, place: JsonNull.INSTANCE },
    },
    resultPath: JsonPath.DISCARD,
  });
  return map.itemProcessor(syncUntilDone(scope, syncGroup));
}

/** The child: calls sync-group until it says done, and waits where it asks for it. */
function syncUntilDone(scope: Construct, syncGroup: IFunction): IChainable {
  const sync = invoke(scope, 'SyncGroup', {
    function: syncGroup,
    payload: {
      job: JsonPath.objectAt('$.job'),
      run: JsonPath.objectAt('$.run'),
      item: JsonPath.objectAt('$.item'),
      cursor: JsonPath.objectAt('$.next.cursor'),
      place: JsonPath.objectAt('$.next.place'),
    },
    keep: ['done', 'waitSeconds', 'cursor', 'place'],
    resultPath: '$.next',
  });
  const wait = Wait.jsonPath(scope, 'WaitForGroup', {
    stateName: 'WaitForGroup',
    comment: 'The start gate is closed, or what is waited for is not there',
    time: WaitTime.secondsPath('$.next.waitSeconds'),
  });
  // Children's outputs are gathered before they are discarded, in at most 256 KiB: `{}` leaves room for 80,000 groups.
  const done = Succeed.jsonPath(scope, 'GroupDone', { stateName: 'GroupDone', outputPath: JsonPath.DISCARD });
  return sync.next(
    Choice.jsonPath(scope, 'IsGroupDone', { stateName: 'IsGroupDone' })
      .when(Condition.booleanEquals('$.next.done', true), done)
      .when(Condition.numberGreaterThan('$.next.waitSeconds', 0), wait.next(sync))
      .otherwise(sync),
  );
}
