/**
 * Bytes of objects under way in one process. As much again is what was read and checked and is not collected yet, so four workers
 * stay below 300 MB; 48 MiB are as much as 2 Gbit/s over 80 ms have on their way, there and back.
 */
export const BODY_BYTES = 48 * 1024 * 1024;

/** Bytes that may be in memory at once, shared by all who move objects in this process. */
export interface MemoryBudget {
  /**
   * Takes so many bytes, in the order of asking; the answer gives them back, and is to be called once. What is larger than the
   * whole budget goes alone. Never take more while holding some: who waits here must hold up nobody.
   */
  take(bytes: number): Promise<() => void>;
}

interface Asking {
  readonly bytes: number;
  readonly go: () => void;
}

/** A budget of `capacity` bytes. */
export function memoryBudget(capacity: number): MemoryBudget {
  const queue: Asking[] = [];
  let used = 0;

  const admit = (): void => {
    for (let next = queue[0]; next !== undefined && used + next.bytes <= capacity; next = queue[0]) {
      queue.shift();
      used += next.bytes;
      next.go();
    }
  };
  return {
    take: async (wanted) => {
      const bytes = Math.min(Math.max(wanted, 0), capacity);
      if (bytes === 0) return () => undefined;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      queue.push({ bytes, go: () => resolve(undefined) });
      admit();
      await promise;
      return () => {
        used -= bytes;
        admit();
      };
    },
  };
}
