import type { Group } from '../../datastore/group.ts';
import type { RunRef } from '../run-store.ts';

/** A lease on the right to write one group of one target. `fence` rises with each acquisition and never restarts. */
export interface Lock {
  readonly key: LockKey;
  readonly owner: string;
  readonly fence: number;
  /** Epoch milliseconds. */
  readonly leaseUntil: number;
}

export interface LockKey {
  /** The target datastore's place, `<endpoint or aws>/<bucket>/<prefix>`. */
  readonly target: string;
  readonly group: Group;
}

/** Who waits for a lock, for which run, and where in line (`runOrder`). */
export interface LockAsker {
  readonly owner: string;
  readonly order: string;
  readonly run: RunRef;
}

/** Refused: who holds it, or waits for it before others, until it asks again or this time (epoch ms). */
export type LockAnswer = { readonly lock: Lock } | { readonly heldBy: string; readonly leaseUntil: number };

/** The locks among what the table keeps: what `RunStore` promises of all its methods holds for these. */
export interface LockStore {
  /**
   * Takes the lock when nobody's lease is running and nobody waits for it, or when `owner` holds it already. Raises the fence. Who is
   * refused is told who holds it, or who waits for it.
   */
  acquireLock(key: LockKey, owner: string, now: number, leaseMs: number): Promise<LockAnswer>;
  /**
   * The same for one who waits: when it is refused it has a place in line, for `leaseMs` and as long as its run's lease (`askTurn`) is
   * running. It is refused only by who holds the lock or has an earlier place. Taking the lock ends its waiting.
   */
  awaitLock(key: LockKey, asker: LockAsker, now: number, leaseMs: number): Promise<LockAnswer>;
  /** Ends what `owner` has of a lock: the lock, whatever its fence is, and its waiting for it. */
  leaveLock(key: LockKey, owner: string): Promise<void>;
  /** The lock with its new lease; undefined when it was lost: another owner or another fence holds it. */
  renewLock(lock: Lock, now: number, leaseMs: number): Promise<Lock | undefined>;
  /** Does nothing when the lock was lost. The fence is kept. */
  releaseLock(lock: Lock): Promise<void>;
  /** The same, but that its owner has a place in line from then on. */
  yieldLock(lock: Lock, asker: LockAsker, now: number, leaseMs: number): Promise<void>;
}
