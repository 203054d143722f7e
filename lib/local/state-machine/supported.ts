import type { State } from './definition.ts';

const EVERY = ['Type', 'Comment', 'Next', 'End', 'InputPath', 'OutputPath'];

/** What the interpreter, or the lowering before it, does as Step Functions does. Anything else it would ignore without a word. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  Pass: ['Result', 'Parameters', 'ResultPath'],
  Task: ['Resource', 'Parameters', 'ResultSelector', 'ResultPath', 'TimeoutSeconds', 'Retry', 'Catch'],
  Choice: ['Choices', 'Default'],
  Wait: ['SecondsPath'],
  Succeed: [],
  Fail: ['Error', 'Cause', 'ErrorPath', 'CausePath'],
  Map: [
    'ItemReader',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrencyPath',
    'ToleratedFailurePercentage',
    'Label',
    'ResultPath',
    'Catch',
  ],
};

/** Throws when the state has something that a run on this machine would not honour. */
export function checkState(name: string, state: State): void {
  const supported = SUPPORTED[state.Type];
  if (supported === undefined) throw new Error(`state ${name}: the local state machine has no ${state.Type} states`);
  const ignored = Object.keys(state).filter((field) => !EVERY.includes(field) && !supported.includes(field));
  if (ignored.length > 0) throw new Error(`state ${name}: the local state machine would ignore ${ignored.join(', ')}`);
  if (state.Type === 'Map') checkMap(name, state);
}

function checkMap(name: string, state: State): void {
  const reader = state.ItemReader as { ReaderConfig?: { InputType?: string } } | undefined;
  if (reader?.ReaderConfig?.InputType !== 'JSONL')
    throw new Error(`state ${name}: the local state machine reads items from JSON lines only`);
  if (state.ToleratedFailurePercentage !== 100)
    throw new Error(`state ${name}: the local state machine tolerates all failed items`);
}
