import { noRequests, type RequestCounts } from '../../datastore/object-store.ts';
import { addTransfers, noTransfers } from '../../transfer/tally.ts';
import type { Tally } from './group-record.ts';

export function noTally(): Tally {
  return {
    snapshotsCopied: 0,
    snapshotsUpdated: 0,
    snapshotsFailed: 0,
    ...noTransfers(),
    source: noRequests(),
    target: noRequests(),
  };
}

/** The sum, as a new tally. */
export function addTally(a: Tally, b: Tally): Tally {
  const sum: Tally = {
    ...a,
    snapshotsCopied: a.snapshotsCopied + b.snapshotsCopied,
    snapshotsUpdated: a.snapshotsUpdated + b.snapshotsUpdated,
    snapshotsFailed: a.snapshotsFailed + b.snapshotsFailed,
    source: addRequests(a.source, b.source),
    target: addRequests(a.target, b.target),
  };
  addTransfers(sum, b);
  return sum;
}

export function addRequests(a: RequestCounts, b: RequestCounts): RequestCounts {
  return {
    list: a.list + b.list,
    head: a.head + b.head,
    get: a.get + b.get,
    put: a.put + b.put,
    copy: a.copy + b.copy,
    delete: a.delete + b.delete,
    throttled: a.throttled + b.throttled,
    retried: a.retried + b.retried,
    waitedMs: a.waitedMs + b.waitedMs,
    tookMs: a.tookMs + b.tookMs,
    limitedMs: a.limitedMs + b.limitedMs,
  };
}
