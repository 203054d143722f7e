import type { ServeState } from './state.ts';

/** The state and the only way to change it: one change at a time, in memory once it is durable. */
export interface StateKeeper {
  readonly current: ServeState;
  /** False, and told, when the changed state could not be saved: then nothing has changed, and it may be tried again. */
  change(to: (state: ServeState) => ServeState): Promise<boolean>;
}

export interface KeeperWorld {
  readonly loaded: ServeState;
  /** Returns when what it was given would survive the loss of power. */
  readonly save: (state: ServeState) => Promise<void>;
  /** Told why a state could not be saved. */
  readonly tell: (error: unknown) => void;
}

export function keepState({ loaded, save, tell }: KeeperWorld): StateKeeper {
  let current = loaded;
  let last: Promise<unknown> = Promise.resolve();
  const change = async (to: (state: ServeState) => ServeState): Promise<boolean> => {
    const next = to(current);
    if (next === current) return true;
    try {
      await save(next);
    } catch (error) {
      tell(error);
      return false;
    }
    current = next;
    return true;
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
