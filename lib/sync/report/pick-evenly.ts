/** Takes the most important of many things, from all alike, while they come by: at most twice the limit is held. */
export interface Picker<T> {
  /** `rank` 0 is the most important of its group; equal ranks are taken in the order in which they came. */
  offer(thing: T, rank: number): void;
  /** What is within the limit, in the order in which it came. */
  picked(): T[];
  /** All that came by. */
  readonly offered: number;
}

export function pickEvenly<T>(limit: number): Picker<T> {
  let held: { readonly thing: T; readonly rank: number; readonly at: number }[] = [];
  let offered = 0;
  const cut = (): void => {
    if (held.length <= limit) return;
    held = held.toSorted((a, b) => a.rank - b.rank || a.at - b.at).slice(0, limit);
  };
  return {
    offer: (thing, rank) => {
      held.push({ thing, rank, at: offered });
      offered += 1;
      if (held.length >= 2 * limit) cut();
    },
    picked: () => {
      cut();
      return held.toSorted((a, b) => a.at - b.at).map(({ thing }) => thing);
    },
    get offered() {
      return offered;
    },
  };
}
