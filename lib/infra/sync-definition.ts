import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Choice, Condition, Fail, JsonPath, Pass, Result, Succeed, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import type { Chain, IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import { groupsMap } from './groups-map.ts';
import { invoke } from './invoke.ts';
import type { PerFunction } from './sync-functions.ts';

export interface SyncDefinitionProps {
  readonly job: JobDocument;
  readonly functions: PerFunction<IFunction>;
  readonly controlBucket: IBucket;
}

/** Where a state that failed for good goes on: FinishRun finds the error at `$.error`. */
const CAUGHT = { resultPath: '$.error' };

/**
 * One run as states. Every path, the failed ones too, goes through FinishRun, which releases what the run holds and decides
 * whether the execution succeeds. Payloads are the types of sync/payloads.ts.
 */
export function syncDefinition(scope: Construct, props: SyncDefinitionProps): Chain {
  const finishRun = finish(scope, props.functions['finish-run']);
  const removeVanished = remove(scope, props.functions['remove-vanished'], finishRun);
  const afterGroups = choice(scope, 'AfterGroups')
    .when(Condition.booleanEquals('$.start.removeVanished', true), removeVanished)
    .otherwise(finishRun);

  const groups = groupsMap(scope, props.functions['sync-group'], props.controlBucket);
  const round = nextRound(scope, groups, afterGroups);
  const startRun = start(scope, props.functions['start-run'], { round, finish: finishRun });
  const nextGroups = next(scope, props.functions['start-run'], { round, finish: finishRun });
  const afterRound = choice(scope, 'AfterRound')
    .when(Condition.stringEquals('$.start.decision', 'wait'), startRun)
    .otherwise(nextGroups);
  groups.addCatch(finishRun, CAUGHT).next(afterRound);
  return configuration(scope, props.job).next(startRun);
}

/** A round waits when other runs go first: in one child of the Map, whose history is its own, after a first wait that no failure skips. */
function nextRound(scope: Construct, groups: IChainable, afterGroups: IChainable): IChainable {
  const wait = Wait.jsonPath(scope, 'WaitForOthers', {
    stateName: 'WaitForOthers',
    comment: 'Another run of the job goes first, or other runs hold all groups that are left',
    time: WaitTime.secondsPath('$.start.round.waitSeconds'),
  });
  return choice(scope, 'HasWork')
    .when(Condition.numberEquals('$.start.round.items', 0), afterGroups)
    .when(Condition.numberGreaterThan('$.start.round.waitSeconds', 0), wait.next(groups))
    .otherwise(groups);
}

interface AfterPlanning {
  readonly round: IChainable;
  readonly finish: IChainable;
}

/** The job is a `Result`, which is never evaluated: no string of a configuration can be taken for a path. */
function configuration(scope: Construct, job: JobDocument): Chain {
  const constant = Pass.jsonPath(scope, 'Configuration', {
    stateName: 'Configuration',
    comment: 'The validated configuration of the job',
    result: Result.fromObject({ job }),
  });
  const run = Pass.jsonPath(scope, 'Run', {
    stateName: 'Run',
    comment: 'The input of the execution overrides options for this run only',
    parameters: {
      job: JsonPath.objectAt('$.job'),
      overrides: JsonPath.objectAt('$$.Execution.Input'),
      run: { id: JsonPath.stringAt('$$.Execution.Name'), startedAt: JsonPath.stringAt('$$.Execution.StartTime') },
    },
  });
  return constant.next(run);
}

function start(scope: Construct, startRun: IFunction, { round, finish }: AfterPlanning): Chain {
  const task = invoke(scope, 'StartRun', {
    function: startRun,
    payload: { job: JsonPath.objectAt('$.job'), overrides: JsonPath.objectAt('$.overrides'), run: JsonPath.objectAt('$.run') },
    keep: ['decision', 'job', 'workerThreads', 'items', 'removeVanished', 'round'],
    resultPath: '$.start',
  });
  const notDue = Succeed.jsonPath(scope, 'NotDue', {
    stateName: 'NotDue',
    comment: 'No time of the schedule, or nothing that a backup left to do: nothing is recorded',
  });
  return task
    .addCatch(finish, CAUGHT)
    .next(
      choice(scope, 'Decision')
        .when(Condition.stringEquals('$.start.decision', 'skip'), finish)
        .when(Condition.stringEquals('$.start.decision', 'none'), notDue)
        .otherwise(round),
    );
}

/** start-run again, which plans: the groups that workers have left to a later round. */
function next(scope: Construct, startRun: IFunction, { round, finish }: AfterPlanning): Chain {
  const task = invoke(scope, 'NextGroups', {
    function: startRun,
    payload: {
      job: JsonPath.objectAt('$.start.job'),
      run: JsonPath.objectAt('$.run'),
      after: JsonPath.numberAt('$.start.round.number'),
    },
    keep: ['number', 'items', 'planKey', 'waitSeconds'],
    resultPath: '$.start.round',
  });
  return task.addCatch(finish, CAUGHT).next(round);
}

function remove(scope: Construct, removeVanished: IFunction, finishRun: IChainable): Chain {
  const task = invoke(scope, 'RemoveVanished', {
    function: removeVanished,
    payload: { job: JsonPath.objectAt('$.start.job'), run: JsonPath.objectAt('$.run') },
    keep: ['done'],
    resultPath: '$.removal',
  });
  return task
    .addCatch(finishRun, CAUGHT)
    .next(choice(scope, 'IsRemovalDone').when(Condition.booleanEquals('$.removal.done', true), finishRun).otherwise(task));
}

/** The execution ends as the report says, so that the console shows the truth. */
function finish(scope: Construct, finishRun: IFunction): Chain {
  const task = invoke(scope, 'FinishRun', {
    function: finishRun,
    keep: ['state', 'succeeded', 'message', 'reportKey', 'counts'],
    resultPath: '$.finish',
  });
  const succeeded = Succeed.jsonPath(scope, 'Succeeded', { stateName: 'Succeeded', outputPath: '$.finish' });
  const failed = Fail.jsonPath(scope, 'Failed', {
    stateName: 'Failed',
    errorPath: '$.finish.state',
    causePath: '$.finish.message',
  });
  return task.next(
    choice(scope, 'Outcome').when(Condition.booleanEquals('$.finish.succeeded', true), succeeded).otherwise(failed),
  );
}

function choice(scope: Construct, name: string): Choice {
  return Choice.jsonPath(scope, name, { stateName: name });
}
