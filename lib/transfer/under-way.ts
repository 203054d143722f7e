/** Work that was begun and has not ended. */
export interface UnderWay {
  /** `after` is called when the work has ended, and its failure is known. */
  begin(work: () => Promise<void>, after?: () => void): void;
  /** Waits until less than `limit` are under way. */
  room(limit: number): Promise<void>;
  /** Nothing more should be begun: `error` ended the work, or what gives it. */
  readonly fail: (error: unknown) => void;
  readonly failed: boolean;
  /** Waits for all of it, then throws the first failure. */
  settle(): Promise<void>;
}

export function underWay(): UnderWay {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  return {
    begin: (work, after) => {
      const task: Promise<void> = work()
        .catch(fail)
        .finally(() => {
          running.delete(task);
          after?.();
        });
      running.add(task);
    },
    room: async (limit) => {
      while (running.size >= limit) await Promise.race(running);
    },
    fail,
    get failed() {
      return failures.length > 0;
    },
    settle: async () => {
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
  };
}
