/** Runs writes at once, up to a limit; the first that fails fails the next call. */
export interface PutQueue {
  /** Starts `put` as soon as there is room. */
  add(put: () => Promise<unknown>): Promise<void>;
  /** Waits for all that was started. */
  drain(): Promise<void>;
}

export function putQueue(limit: number): PutQueue {
  const running = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  const throwFailure = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    async add(put) {
      while (running.size >= limit) await Promise.race(running);
      throwFailure();
      const write: Promise<unknown> = put()
        .catch((failure: unknown) => failures.push(failure))
        .finally(() => running.delete(write));
      running.add(write);
    },
    async drain() {
      await Promise.all(running);
      throwFailure();
    },
  };
}
