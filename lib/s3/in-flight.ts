/** Keeps the requests on one connection to as many as it may have sockets. How many transfers go at once is decided above it. */
export interface InFlight {
  /** Resolves when there is a socket for one more; first come, first served. */
  enter(): Promise<void>;
  leave(): void;
}

export function createInFlight(max: number): InFlight {
  let active = 0;
  const waiting: (() => void)[] = [];
  return {
    enter() {
      if (active >= max) return new Promise((resolve) => waiting.push(resolve));
      active++;
      return Promise.resolve();
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) active--;
      else next();
    },
  };
}
