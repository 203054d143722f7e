import { Duration } from 'aws-cdk-lib/core';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { JsonPath, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { TASK_RETRIES } from './task-retry.ts';

/** Half a minute over the functions' own 15, so that it is Lambda's error which is seen. */
const TASK_TIMEOUT = Duration.seconds(930);

export interface InvokeOptions {
  readonly function: IFunction;
  /** Members of the payload; omitted: the whole state. */
  readonly payload?: Record<string, unknown>;
  /** Members of the function's answer that the state keeps, at `resultPath`. */
  readonly keep: readonly string[];
  readonly resultPath: string;
}

/** A task that calls a function through the optimized Lambda integration, with the machine's retries. */
export function invoke(scope: Construct, id: string, options: InvokeOptions): LambdaInvoke {
  const task = LambdaInvoke.jsonPath(scope, id, {
    stateName: id,
    lambdaFunction: options.function,
    payload: options.payload === undefined ? TaskInput.fromJsonPathAt('$') : TaskInput.fromObject(options.payload),
    resultSelector: Object.fromEntries(options.keep.map((name) => [name, JsonPath.objectAt(`$.Payload.${name}`)])),
    resultPath: options.resultPath,
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(TASK_TIMEOUT),
  });
  for (const retry of TASK_RETRIES) task.addRetry(retry);
  return task;
}
