import { setTimeout } from 'node:timers/promises';
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { PerFunction } from '../../infra/sync-functions.ts';
import type { Definition } from './definition.ts';
import type { FunctionHandler } from './call-function.ts';
import { lowerDefinition } from './lower-definition.ts';
import { taskHandlers } from './task-handlers.ts';

type Json = Parameters<StateMachine['run']>[0];

export interface MachineRun {
  /** As `synthesizeJob` gives it. */
  readonly definition: Definition;
  readonly handlers: PerFunction<FunctionHandler>;
  /** The lines of a plan in the control bucket, parsed. */
  readonly readPlan: (bucket: string, key: string) => Promise<readonly unknown[]>;
  /** The input of the execution: the overrides of this run. */
  readonly input: unknown;
  readonly executionName: string;
  /** ISO 8601 with milliseconds, UTC. */
  readonly startTime: string;
  /** Passes the time of a Wait state, and before a retry; may return early. Default: a timer. */
  readonly wait?: (seconds: number) => Promise<void>;
  /** Milliseconds before a retry, in place of what the definition says. */
  readonly retryDelayMs?: number;
}

/** How the execution ended; `error` and `cause` are those the console would show. */
export type MachineOutcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

/** Runs one execution of a job's state machine in this process, to its end. */
export async function runMachine(run: MachineRun): Promise<MachineOutcome> {
  const definition = lowerDefinition(run.definition);
  const wait = run.wait ?? ((seconds: number) => setTimeout(seconds * 1000));
  const pause = (seconds: number) => wait(run.retryDelayMs === undefined ? seconds : run.retryDelayMs / 1000);
  const handlers = taskHandlers(definition, { handlers: run.handlers, readPlan: run.readPlan, wait, pause });
  // Validation takes a second; tests validate the definition, and lowering refuses what would be ignored.
  const machine = new StateMachine(definition as unknown as StateMachineDefinition, { validationOptions: { noValidate: true } });
  const execution = machine.run(run.input as Json, {
    context: { Execution: { Name: run.executionName }, Given: { StartTime: run.startTime } },
    overrides: { taskResourceLocalHandlers: handlers },
  });
  const [outcome] = await Promise.all([outcomeOf(execution.result), discard(execution.eventLogs)]);
  return outcome;
}

async function outcomeOf(result: Promise<unknown>): Promise<MachineOutcome> {
  try {
    return { status: 'SUCCEEDED', output: await result };
  } catch (error) {
    if (!(error instanceof ExecutionError) || !(error.cause instanceof Error)) throw error;
    return { status: 'FAILED', error: error.cause.name, cause: error.cause.message };
  }
}

/** Events are queued until they are read: with every input and output, of every group. */
async function discard(events: AsyncIterator<unknown>): Promise<void> {
  let ended = false;
  while (!ended) ended = (await events.next()).done === true;
}
