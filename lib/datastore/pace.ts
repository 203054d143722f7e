/** How fast something may go, shared by all who hold it. */
export interface Pace {
  /**
   * Takes `amount` (bytes, or requests) and resolves when it may go; `undefined` when it may go now. Whoever asked first goes first.
   * Rejects with a `FlotillaError` when nobody can say whether it may: what has no answer does not go.
   */
  take(amount: number): Promise<void> | undefined;
}

/** The limits of one use of a datastore; what is left out has none. */
export interface Paces {
  /** Bytes of objects that are read. */
  readonly read?: Pace;
  /** Bytes of objects that are written; what a provider copies itself is none. */
  readonly write?: Pace;
  /** Requests that only read: GET, HEAD and LIST. */
  readonly gets?: Pace;
  /** All other requests: PUT, COPY, POST and DELETE. */
  readonly puts?: Pace;
}

/** The pace of whoever has to keep all of these; `undefined` when there are none. */
export function allOf(paces: readonly (Pace | undefined)[]): Pace | undefined {
  const held = paces.filter((pace) => pace !== undefined);
  if (held.length < 2) return held[0];
  return {
    take(amount) {
      const waits = held.map((pace) => pace.take(amount)).filter((wait) => wait !== undefined);
      return waits.length < 2 ? waits[0] : Promise.all(waits).then(() => undefined);
    },
  };
}
