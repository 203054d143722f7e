import type { Transfer } from '../datastore/layout.ts';

/** Transfers looked at together, so that one listing serves them all: 4,096 are 16 GiB of image. */
const WINDOW_TRANSFERS = 4_096;

/**
 * Transfers in windows, in one order for all calls. Within each window the order begins at `turn`, 0 to 1 of its length, and goes
 * around: groups with the same content begin at different places, and each finds there what the other has moved.
 */
export async function* windows(
  transfers: AsyncIterable<Transfer> | Iterable<Transfer>,
  turn: number,
): AsyncGenerator<readonly Transfer[]> {
  let window: Transfer[] = [];
  for await (const transfer of transfers) {
    window.push(transfer);
    if (window.length < WINDOW_TRANSFERS) continue;
    yield turned(window, turn);
    window = [];
  }
  if (window.length > 0) yield turned(window, turn);
}

function turned(window: readonly Transfer[], turn: number): readonly Transfer[] {
  const first = Math.floor(window.length * turn);
  return first === 0 ? window : [...window.slice(first), ...window.slice(0, first)];
}
