import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader, ObjectWriter, RequestCounts } from '../datastore/object-store.ts';
import type { ConcurrencyController } from '../transfer/concurrency/controller.ts';
import type { MemoryBudget } from '../transfer/memory-budget.ts';
import type { TargetContent } from '../transfer/target-content.ts';
import type { Job } from './job.ts';
import type { RunRef, RunStore } from './run-store.ts';

/** Why a worker has to stop at its next safe point: to be called again, or for good because somebody asked. */
export type StopReason = 'deadline' | 'asked';

/** What a line of the log is about. `group` is its name in its namespace, `vm/100`. */
export interface LogPlace {
  readonly namespace: string;
  readonly group: string;
  readonly snapshot?: string;
  readonly archive?: string;
}

/** Tells people what happens, a line a message; lines without a place are about the whole run. */
export interface RunLog {
  info(message: string, at?: LogPlace): void;
  warn(message: string, at?: LogPlace): void;
  error(message: string, at?: LogPlace): void;
  /** A worker is done with this group for now: lines that were held back to keep them together may go out. */
  flush?(at: LogPlace): void;
}

/** What comes in by the front door: clock, deadline, log. */
export interface RunContext {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly stopReason: () => StopReason | undefined;
  /** Looks, when that is due, whether somebody asked the run to stop, wherever: the `stopReason` is `asked` from then on. */
  readonly heedStop: () => Promise<void>;
  readonly log: RunLog;
}

/** All that one call of a use case works with. */
export interface Worker extends RunContext {
  readonly job: Job;
  readonly run: RunRef;
  readonly layout: Layout;
  readonly source: ObjectReader;
  readonly target: ObjectWriter;
  readonly store: RunStore;
  /** Where the run leaves its files. */
  readonly control: ObjectWriter;
  /** What is known of the target's content: shared by all workers of the run in this process. */
  readonly content: TargetContent;
  /** Bytes in memory: shared by all workers in this process. */
  readonly budget: MemoryBudget;
  /** How many transfers go at once. */
  readonly controller: ConcurrencyController;
  /** Requests this call has sent so far. */
  readonly requests: { readonly source: RequestCounts; readonly target: RequestCounts };
  /** How long a lock or a turn lives without being renewed. */
  readonly leaseMs: number;
}
