import type { RequestCounts } from '../datastore/object-store.ts';
import type { FaultKind } from './fault-codes.ts';
import { faultOf } from './faults.ts';
import type { Fault } from './faults.ts';
import { StaleSocketError } from './http/errors.ts';
import type { InFlight } from './in-flight.ts';
import type { RetryBudget } from './retry-budget.ts';

/**
 * What became of one operation after its retries: the SDK's own are off, so that the body of an answer is retried with it. `note`
 * says why it was not sent again although it might have been.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault; readonly attempts: number; readonly note?: string };

/** One request; `fresh` wants it on a new socket, which cannot have been closed meanwhile. */
export type Send<T> = (fresh: boolean) => Promise<T>;

/** How often and after what delays a request is sent again. */
export interface RetryPolicy {
  /** Requests for one operation, the first included. */
  readonly attempts: number;
  /** First ceiling of the delay in ms; it doubles with each attempt. Throttling begins at five times as much. */
  readonly baseDelayMs: number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What all requests of one use of a connection share. */
export interface Sender {
  readonly retry: RetryPolicy;
  readonly budget: RetryBudget;
  readonly inFlight: InFlight;
  readonly counts: RequestCounts;
}

const MAX_DELAY_MS = 5_000;
const THROTTLED_FACTOR = 5;
// Each of them has taken a minute or more by itself.
const MAX_TIMEOUTS = 4;
// Whoever asks for more is left in peace, and the state machine comes back later.
const MAX_RETRY_AFTER_MS = 30_000;
const SLOW: ReadonlySet<FaultKind> = new Set<FaultKind>(['throttled', 'timeout']);

/** Sends until it is answered, refused for good, or out of attempts or budget. Errors that are no fault of a request are thrown: bugs. */
export async function sendWithRetry<T>(sender: Sender, send: Send<T>): Promise<Answer<T>> {
  const { retry, budget, counts } = sender;
  let timeouts = 0;
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(sender, attempt, send);
    if (answer.ok || !answer.fault.retry) {
      budget.answered();
      return answer;
    }
    const { fault } = answer;
    if (fault.kind === 'throttled') budget.heard();
    if (SLOW.has(fault.kind)) counts.throttled++;
    if (fault.kind === 'timeout') timeouts++;
    const stop = timeouts >= MAX_TIMEOUTS ? {} : reasonToStop(sender, fault, attempt);
    if (stop !== undefined) return { ...answer, ...stop };
    const waitMs = delayMs(retry, fault, attempt);
    counts.retried++;
    counts.waitedMs += waitMs;
    counts.tookMs += waitMs;
    await retry.sleep(waitMs);
  }
}

function reasonToStop({ retry, budget }: Sender, fault: Fault, attempt: number): { readonly note?: string } | undefined {
  if (attempt >= retry.attempts) return {};
  const { retryAfterMs = 0 } = fault;
  if (retryAfterMs > MAX_RETRY_AFTER_MS) return { note: `it asks for ${String(Math.ceil(retryAfterMs / 1000))} s of rest` };
  return budget.spend() ? undefined : { note: 'too many other requests had to be sent again' };
}

async function sendOnce<T>({ inFlight, counts }: Sender, attempt: number, send: Send<T>): Promise<Answer<T>> {
  await inFlight.enter();
  const begun = performance.now();
  try {
    return { ok: true, value: await sendOnOpenSocket(counts, send) };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return { ok: false, fault, attempts: attempt };
  } finally {
    counts.tookMs += Math.round(performance.now() - begun);
    inFlight.leave();
  }
}

/** A server may close a kept socket at any time: what it did not answer then was no failed attempt. */
async function sendOnOpenSocket<T>(counts: RequestCounts, send: Send<T>): Promise<T> {
  try {
    return await send(false);
  } catch (error) {
    if (!(error instanceof StaleSocketError)) throw error;
    counts.retried++;
    return send(true);
  }
}

/** Full jitter: anything from nothing to the ceiling, so that workers that failed together do not come back together. */
function delayMs(policy: RetryPolicy, fault: Fault, attempt: number): number {
  const base = policy.baseDelayMs * (fault.kind === 'throttled' ? THROTTLED_FACTOR : 1);
  const jitter = policy.random() * Math.min(MAX_DELAY_MS, base * 2 ** (attempt - 1));
  return Math.round((fault.retryAfterMs ?? 0) + jitter);
}
