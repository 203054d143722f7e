import type { RunOptions } from 'aws-local-stepfunctions';
import type { PerFunction } from '../../infra/sync-functions.ts';
import { callFunction, named } from './call-function.ts';
import type { FunctionHandler } from './call-function.ts';
import { innerDefinitions } from './definition.ts';
import type { Definition, State } from './definition.ts';
import { retryTask, type Retrier } from './retry-task.ts';
import { READ_RESOURCE, WAIT_RESOURCE } from './lower-definition.ts';

/** What stands behind the tasks of a machine. */
export interface TaskWorld {
  readonly handlers: PerFunction<FunctionHandler>;
  readonly readPlan: (bucket: string, key: string) => Promise<readonly unknown[]>;
  readonly wait: (seconds: number) => Promise<void>;
  /** Passes the time before a retry. */
  readonly pause: (seconds: number) => Promise<void>;
}

/** By the name of the task: takes what the task's `Parameters` made, gives what its `ResultSelector` is to see. */
export type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;
type TaskHandler = TaskHandlers[string];
type Json = Parameters<TaskHandler>[0];

/** A handler for each task of a lowered definition, by the resource that the task calls. */
export function taskHandlers(definition: Definition, world: TaskWorld, insideMap = false): TaskHandlers {
  const handlers = Object.entries(definition.States).map(([name, state]): TaskHandlers => {
    if (state.Type === 'Task') return { [name]: taskHandler(name, state, world, insideMap) };
    const inner = innerDefinitions(state).map((each) => taskHandlers(each, world, insideMap || state.Type === 'Map'));
    return Object.assign({}, ...inner) as TaskHandlers;
  });
  return Object.assign({}, ...handlers) as TaskHandlers;
}

function taskHandler(name: string, state: State, world: TaskWorld, insideMap: boolean): TaskHandler {
  switch (state.Resource) {
    case WAIT_RESOURCE:
      return async (input) => {
        await world.wait((input as { seconds: number }).seconds);
        return null;
      };
    case READ_RESOURCE:
      return (input) => readItems(input as { Bucket: string; Key: string }, world);
    case 'arn:aws:states:::lambda:invoke':
      return functionHandler(name, state, world, insideMap);
    default:
      throw new Error(`state ${name}: the local state machine cannot call ${String(state.Resource)}`);
  }
}

async function readItems({ Bucket, Key }: { Bucket: string; Key: string }, world: TaskWorld): Promise<Json> {
  try {
    return (await world.readPlan(Bucket, Key)) as Json;
  } catch (error) {
    throw named('States.ItemReaderFailed', error instanceof Error ? error.message : String(error), error);
  }
}

function functionHandler(name: string, state: State, world: TaskWorld, insideMap: boolean): TaskHandler {
  const { FunctionName: fn } = state.Parameters as { FunctionName: string };
  const handler = Object.entries(world.handlers).find(([known]) => known === fn)?.[1];
  if (handler === undefined) throw new Error(`state ${name}: there is no function ${fn}`);
  const retriers = (state.Retry as readonly Retrier[] | undefined) ?? [];
  return async (input) => {
    try {
      const { Payload } = input as { Payload: unknown };
      return (await retryTask(retriers, world.pause, () => callFunction(handler, Payload))) as Json;
    } catch (error) {
      throw insideMap ? error : endingIfTooLarge(error);
    }
  };
}

/** Step Functions lets nobody catch this one: it ends the execution; inside the Map that is only the child's. */
function endingIfTooLarge(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'States.DataLimitExceeded') return error;
  return Object.assign(error, { isRetryable: false, isCatchable: false });
}
