import { pulse, type Pulse } from '../transfer/pulse.ts';

/** One item whose preparation was begun. */
export interface Begun<P> {
  /** Never rejects: a failure is what was prepared. */
  readonly prepared: Promise<P>;
  /** Its turn has come: all before it are settled. */
  readonly comeForward: () => void;
}

/** How items are prepared side by side and settled one after the other. */
export interface OrderedWork<T, P> {
  begin(item: T, ordinal: number): Begun<P>;
  /** Settles the oldest item; false: it is not settled, and nothing after it may be. */
  settle(prepared: P, ordinal: number): Promise<boolean>;
  /** Whether one more may be begun though `ahead` are not settled yet: asked again when one of them is. */
  hasRoom(item: T, ahead: readonly T[]): boolean;
  /** Waits until there is time to begin one more; false: none any more. */
  mayBegin(): Promise<boolean>;
}

/**
 * Prepares items ahead of their turn and settles them strictly in order. How many were settled; when this ends, whatever was
 * begun has ended.
 */
export async function settleInOrder<T, P>(items: readonly T[], work: OrderedWork<T, P>): Promise<number> {
  const line: Line<P> = { begun: new Map(), next: 0, settled: 0, ended: false, moved: pulse() };
  const end = (): void => {
    line.ended = true;
    line.moved.beat();
  };
  const parts = [beginAll(items, work, line).finally(end), settleAll(work, line).finally(end)];
  try {
    await Promise.all(parts);
  } finally {
    await Promise.allSettled(parts);
    await Promise.all([...line.begun.values()].map(({ prepared }) => prepared));
  }
  return line.settled;
}

interface Line<P> {
  /** Not settled yet, by ordinal. */
  readonly begun: Map<number, Begun<P>>;
  /** Ordinal of the item that is begun next. */
  next: number;
  settled: number;
  /** No more is begun. */
  ended: boolean;
  /** Beats whenever something was begun or settled, or all has ended. */
  readonly moved: Pulse;
}

async function beginAll<T, P>(items: readonly T[], work: OrderedWork<T, P>, line: Line<P>): Promise<void> {
  for (const item of items) {
    while (!line.ended && !work.hasRoom(item, items.slice(line.settled, line.next))) await line.moved.next();
    if (line.ended || !(await work.mayBegin())) break;
    line.begun.set(line.next, work.begin(item, line.next));
    line.next += 1;
    line.moved.beat();
  }
}

async function settleAll<P>(work: Pick<OrderedWork<unknown, P>, 'settle'>, line: Line<P>): Promise<void> {
  for (;;) {
    while (line.next === line.settled && !line.ended) await line.moved.next();
    const oldest = line.begun.get(line.settled);
    if (oldest === undefined) return;
    oldest.comeForward();
    if (!(await work.settle(await oldest.prepared, line.settled))) return;
    line.begun.delete(line.settled);
    line.settled += 1;
    line.moved.beat();
  }
}
