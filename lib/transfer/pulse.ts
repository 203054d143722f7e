/** Something that happens again and again. */
export interface Pulse {
  readonly beat: () => void;
  /** Waits for the next beat. */
  readonly next: () => Promise<unknown>;
}

export function pulse(): Pulse {
  let waiting = Promise.withResolvers<undefined>();
  return {
    beat: () => {
      waiting.resolve(undefined);
      waiting = Promise.withResolvers<undefined>();
    },
    next: () => waiting.promise,
  };
}
