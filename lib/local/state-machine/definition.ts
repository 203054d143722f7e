/** One state in Amazon States Language (JSONPath). */
export interface State {
  readonly Type: string;
  readonly [field: string]: unknown;
}

/** The states of a machine, of a Map's processor or of a branch. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly [field: string]: unknown;
}

/** The definitions inside a state: a Map's processor, a Parallel's branches. */
export function innerDefinitions(state: State): readonly Definition[] {
  if (state.Type === 'Map') return [state.ItemProcessor as Definition];
  return state.Type === 'Parallel' ? (state.Branches as readonly Definition[]) : [];
}
