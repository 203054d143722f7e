import type { RunLog, StopReason } from '../sync/worker.ts';
import type { Tell } from '../sync/event/event.ts';
import type { JobHealth } from '../sync/health/health.ts';
import type { Report } from '../sync/report/report.ts';

/** What surrounds a function: Lambda's environment and clock, or a laptop's. */
export interface Host {
  /** Variables as the function's stack sets them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A log for one call, its lines marked with the run. */
  readonly openLog: (fields: Readonly<Record<string, string>>) => RunLog;
  /** Whether somebody asked all workers to end at their next safe point. */
  readonly stopAsked: () => boolean;
  /** Tells the world what happened: notifications, and whoever listens on the bus. */
  readonly tell: Tell;
  /** Counts a run that ended, where numbers are kept. */
  readonly measureRun: (report: Report) => void;
  /** Keeps the numbers of how a job stands. */
  readonly measureHealth: (health: JobHealth) => void;
}

/** The part of Lambda's context that a handler needs. */
export interface CallContext {
  getRemainingTimeInMillis(): number;
}

/** A worker stops this long before Lambda would stop it: enough for all transfers under way and the phases that hold no bulk. */
export const STOP_BEFORE_END_MS = 90_000;

/** Why a worker of this call has to stop now. */
export function stopReason(host: Host, call: CallContext): StopReason | undefined {
  if (host.stopAsked()) return 'asked';
  return call.getRemainingTimeInMillis() < STOP_BEFORE_END_MS ? 'deadline' : undefined;
}

/** Of a host that tells and measures nothing. */
export const SILENT: Pick<Host, 'tell' | 'measureRun' | 'measureHealth'> = {
  tell: () => Promise.resolve(),
  measureRun: () => undefined,
  measureHealth: () => undefined,
};
