import { grant, type LeaseAnswer, type LeaseStore } from '../../lib/limits/lease-store.ts';

interface Kept {
  readonly until: number;
  readonly clock: number;
  readonly credit: number;
}

/** Leases in this process's memory. */
export function memoryLeaseStore(): LeaseStore {
  const limits = new Map<string, Kept>();
  return {
    readClock: (limit) => Promise.resolve(limits.get(limit)?.clock),
    lease(limit, request): Promise<LeaseAnswer> {
      const kept = limits.get(limit);
      const span = grant(kept?.until, request);
      if (span === undefined) return Promise.resolve({ span, credit: 0, clock: kept?.clock ?? request.now });
      limits.set(limit, { until: span.to, clock: request.now, credit: 0 });
      return Promise.resolve({ span, credit: kept?.credit ?? 0, clock: kept?.clock ?? request.now });
    },
    giveBack(limit, { from, to }, now): Promise<void> {
      const kept = limits.get(limit);
      if (kept?.until === to) limits.set(limit, { ...kept, until: from, clock: now });
      else if (kept !== undefined && kept.until > to) limits.set(limit, { ...kept, credit: kept.credit + to - from });
      return Promise.resolve();
    },
  };
}
