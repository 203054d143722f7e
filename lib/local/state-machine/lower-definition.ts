import type { Definition, State } from './definition.ts';
import { checkState } from './supported.ts';

/** The resource of a task that stands for a Wait. */
export const WAIT_RESOURCE = 'arn:aws:states:::local:wait';

/** The resource of the task that reads a Map's items. */
export const READ_RESOURCE = 'arn:aws:states:::s3:getObject';

/** The interpreter writes a time of its own into the context's Execution: the true one is handed in beside it. */
const START_TIME = { asked: '$$.Execution.StartTime', given: '$$.Given.StartTime' } as const;

/** Beyond any wait; Node's timers end at 2^31 ms. */
const LONGEST_SECONDS = 2_000_000;

/**
 * The same machine in states that aws-local-stepfunctions 3.0.0 runs as Step Functions does: that interpreter ignores an
 * ItemReader and tolerated failures, cannot end a call whose time is over, and waits by its own clock. Pure. Throws on a field
 * that would be ignored silently.
 */
export function lowerDefinition(definition: Definition): Definition {
  const states = Object.entries(definition.States).map(([name, state]) => [name, lowerState(name, state)] as const);
  return { ...definition, States: Object.fromEntries(states) };
}

function lowerState(name: string, state: State): State {
  checkState(name, state);
  switch (state.Type) {
    case 'Wait':
      return lowerWait(state);
    case 'Map':
      return lowerMap(name, state);
    case 'Task':
      // Lambda ends a call when its time is over. Here a call would go on beside its retry.
      return { ...withStartTime(state), TimeoutSeconds: LONGEST_SECONDS };
    default:
      return withStartTime(state);
  }
}

function withStartTime(state: State): State {
  return state.Parameters === undefined ? state : { ...state, Parameters: replaceStartTime(state.Parameters) };
}

/** A task, so that who runs the machine can end a wait early. */
function lowerWait(state: State): State {
  const { SecondsPath, ...rest } = state;
  return {
    ...rest,
    Type: 'Task',
    Resource: WAIT_RESOURCE,
    Parameters: { 'seconds.$': SecondsPath },
    TimeoutSeconds: LONGEST_SECONDS,
    ResultPath: null,
  };
}

/** What a Map and the Parallel in its place have in common. */
const COMMON = ['Comment', 'ResultPath', 'Catch', 'Next', 'End'];

/** One branch that reads the items and maps over them inline: outside of it the state looks as it does on AWS. */
function lowerMap(name: string, state: State): State {
  const [read, each] = [`${name}.ReadItems`, `${name}.EachItem`];
  const items = '$.itemsOfMap';
  const readItems: State = {
    Type: 'Task',
    Resource: READ_RESOURCE,
    Parameters: (state.ItemReader as { readonly Parameters: unknown }).Parameters,
    TimeoutSeconds: LONGEST_SECONDS,
    ResultPath: items,
    Next: each,
  };
  const eachItem: State = {
    Type: 'Map',
    ItemsPath: items,
    ItemSelector: state.ItemSelector,
    MaxConcurrencyPath: state.MaxConcurrencyPath,
    ItemProcessor: tolerate(name, lowerDefinition(state.ItemProcessor as Definition)),
    End: true,
  };
  return {
    ...Object.fromEntries(Object.entries(state).filter(([field]) => COMMON.includes(field))),
    Type: 'Parallel',
    Branches: [{ StartAt: read, States: { [read]: readItems, [each]: eachItem } }],
  };
}

/** Inline, one failed item would end all others: each task that fails for good ends its own item instead. */
function tolerate(name: string, processor: Definition): Definition {
  const failed = `${name}.ItemFailed`;
  const states = Object.entries(processor.States).map(([id, state]) => {
    if (state.Type !== 'Task') return [id, state] as const;
    const caught = (state.Catch as readonly unknown[] | undefined) ?? [];
    return [id, { ...state, Catch: [...caught, { ErrorEquals: ['States.ALL'], Next: failed }] }] as const;
  });
  return {
    StartAt: processor.StartAt,
    States: { ...Object.fromEntries(states), [failed]: { Type: 'Succeed', OutputPath: null } },
  };
}

function replaceStartTime(template: unknown): unknown {
  if (template === START_TIME.asked) return START_TIME.given;
  if (Array.isArray(template)) return template.map(replaceStartTime);
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, replaceStartTime(value)]));
}
