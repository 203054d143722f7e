import type { Group } from '../../../lib/datastore/group.ts';
import { CLOCK_SKEW_MS } from '../../../lib/sync/overlap/clocks.ts';
import { runOrder } from '../../../lib/sync/overlap/run-order.ts';
import type { RunRef } from '../../../lib/sync/run-store.ts';
import type { TurnAsker } from '../../../lib/sync/overlap/turn.ts';

/** Epoch milliseconds. */
export const NOW = Date.parse('2025-11-01T08:00:00.000Z');
export const LEASE = 60_000;
/** When a lease taken at NOW has run out for everybody. */
export const LATER = NOW + LEASE + CLOCK_SKEW_MS + 1;

let count = 0;

/** A name that no other test uses: the store may be shared. */
export function fresh(name: string): string {
  return `${name}-${++count}`;
}

export function group(namespace: string, name: string): Group {
  return { namespace, name };
}

/** Run number `number` of a job; each starts a second after the one before. */
export function run(job: string, number: number): RunRef {
  return { job, id: `run-${number}`, startedAt: new Date(NOW + number * 1000).toISOString() };
}

/** The same run when it asks for its turn, with the default options. */
export function asker(job: string, number: number, members: Partial<TurnAsker> = {}): TurnAsker {
  const ref = run(job, number);
  return { ...ref, order: runOrder(ref, undefined), overlap: 'queue', queueDepth: 1, ...members };
}
