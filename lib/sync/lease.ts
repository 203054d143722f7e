import { formatGroup } from '../datastore/group.ts';
import { ConflictError } from '../errors.ts';
import type { Lock } from './overlap/lock-store.ts';
import { isRenewalDue } from './overlap/clocks.ts';
import type { Worker } from './worker.ts';

/** The right to write one group, renewed by the work itself, so that a stuck worker loses it. */
export interface Lease {
  /** Renews when a quarter of the lease is over. Throws `ConflictError` LOCK_LOST. */
  renewIfDue(): Promise<void>;
  /** Renews now: what follows is written under a lease that was just proven. */
  prove(): Promise<void>;
  release(): Promise<void>;
}

export function holdLease(first: Lock, { store, run, now, leaseMs }: Pick<Worker, 'store' | 'run' | 'now' | 'leaseMs'>): Lease {
  let lock = first;
  let [renewedAt, turnRenewedAt] = [now(), now()];
  const isDue = (renewedAt: number): boolean => isRenewalDue(renewedAt, { now: now(), leaseMs });

  const renewTurn = async (): Promise<void> => {
    if (!isDue(turnRenewedAt)) return;
    turnRenewedAt = now();
    await store.renewTurn(run, turnRenewedAt, leaseMs);
  };
  const prove = async (): Promise<void> => {
    const [renewed] = await Promise.all([store.renewLock(lock, now(), leaseMs), renewTurn()]);
    if (renewed === undefined) throw lockLost(lock);
    lock = renewed;
    renewedAt = now();
  };
  return {
    renewIfDue: async () => {
      if (isDue(renewedAt)) await prove();
    },
    prove,
    release: () => store.releaseLock(lock),
  };
}

function lockLost({ key, owner }: Lock): ConflictError {
  const message = `the lock of ${formatGroup(key.group)} was lost by ${owner}: its lease ran out and another run took over`;
  return new ConflictError('LOCK_LOST', message, { context: { namespace: key.group.namespace, group: key.group.name } });
}
