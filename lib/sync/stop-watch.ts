import type { RunRef } from './run-store.ts';
import type { Worker } from './worker.ts';

/** How often one process asks the table: a run may have a thousand workers. */
const LOOK_EVERY_MS = 10_000;

/** What one process knows of the wish that a run ends; shared by the workers of the run in it. */
export interface StopWatch {
  readonly asked: () => boolean;
  /** Looks at the table, when that is due. Throws as the `RunStore` does. */
  readonly look: () => Promise<void>;
}

export function watchStop(run: RunRef, { store, now }: Pick<Worker, 'store' | 'now'>): StopWatch {
  let asked = false;
  let lookedAt = -Infinity;
  return {
    asked: () => asked,
    look: async () => {
      // A clock that was put back does not tell.
      if (asked || (now() >= lookedAt && now() - lookedAt < LOOK_EVERY_MS)) return;
      const before = lookedAt;
      lookedAt = now();
      try {
        asked = (await store.loadStop(run)) !== undefined;
      } catch (error) {
        lookedAt = before;
        throw error;
      }
    },
  };
}
