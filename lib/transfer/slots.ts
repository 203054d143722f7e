import type { ConcurrencyController, TransferSample } from './concurrency/controller.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** The right to move one object now. */
export interface Slot {
  /** To be called once, when the object is there or is given up. `bytes`: what was moved. */
  release(end: { readonly bytes: number; readonly failed: boolean }): void;
}

/** The transfers that one worker may have under way. */
export interface Slots {
  /**
   * Waits for a slot, and for room for the object's bytes. Of those who wait the one with the lowest `ordinal` goes first, and of
   * equals the one who came first. Never acquire while holding one.
   */
  acquire(ordinal: number, bytes: number): Promise<Slot>;
  /** Waits until a slot is free that nobody waits for. One may wait so at a time. */
  spare(): Promise<void>;
}

export interface SlotOptions {
  /** Says how many slots there are by now. */
  readonly controller: ConcurrencyController;
  readonly budget: MemoryBudget;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Tells how a transfer that has just been moved went. */
  readonly meter: () => TransferSample['outcome'];
}

interface Waiting {
  readonly ordinal: number;
  readonly go: () => void;
}

/** Slots of one worker; older snapshots go first, so that a worker finishes what it began before it begins more. */
export function openSlots(options: SlotOptions): Slots {
  const { controller, budget } = options;
  const queue: Waiting[] = [];
  let active = 0;
  let idle: (() => void) | undefined;
  // One at a time asks for memory: the budget knows no order, and would give each snapshot as much as the oldest.
  let isAsking = false;

  const isFree = (): boolean => !isAsking && active < Math.max(1, controller.limit);
  const admit = (): void => {
    while (isFree()) {
      const next = queue.shift();
      if (next === undefined) break;
      active += 1;
      isAsking = true;
      next.go();
    }
    if (queue.length > 0 || !isFree()) return;
    idle?.();
    idle = undefined;
  };
  const turn = (ordinal: number): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const after = queue.findLastIndex((other) => other.ordinal <= ordinal);
    queue.splice(after + 1, 0, { ordinal, go: () => resolve(undefined) });
    admit();
    return promise;
  };
  return {
    acquire: async (ordinal, bytes) => {
      await turn(ordinal);
      const giveBack = await budget.take(bytes);
      isAsking = false;
      admit();
      return hold(options, () => {
        giveBack();
        active -= 1;
        admit();
      });
    },
    spare: async () => {
      if (queue.length === 0 && isFree()) return;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      idle = () => resolve(undefined);
      await promise;
    },
  };
}

function hold({ controller, now, meter }: SlotOptions, leave: () => void): Slot {
  const startedAt = now();
  controller.begun(startedAt);
  return {
    release: ({ bytes, failed }) => {
      controller.ended({ now: now(), startedAt, bytes, outcome: failed ? 'failed' : meter() });
      leave();
    },
  };
}
