import type { ServeState } from './state.ts';

/** The state and the only way to change it: one change at a time, in memory once it is durable. */
export interface StateKeeper {
  readonly current: ServeState;
  /** The state after the change. Throws what `save` throws; then nothing has changed. */
  change(to: (state: ServeState) => ServeState): Promise<ServeState>;
}

/** `save` returns when what it was given would survive the loss of power. */
export function keepState(loaded: ServeState, save: (state: ServeState) => Promise<void>): StateKeeper {
  let current = loaded;
  let last: Promise<unknown> = Promise.resolve();
  const change = async (to: (state: ServeState) => ServeState): Promise<ServeState> => {
    const next = to(current);
    if (next === current) return current;
    await save(next);
    current = next;
    return current;
  };
  return {
    get current() {
      return current;
    },
    change: (to) => {
      const changed = last.then(() => change(to));
      last = changed.catch(() => undefined);
      return changed;
    },
  };
}
