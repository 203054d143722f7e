import { faultOf } from './faults.ts';
import type { Fault } from './faults.ts';
import { StaleSocketError } from './http/errors.ts';
import type { InFlight } from './in-flight.ts';

/** What became of one operation after its retries: the SDK's own are off, so that the body of an answer is retried with it. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault; readonly attempts: number };

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

const MAX_DELAY_MS = 20_000;
const THROTTLED_FACTOR = 5;

/** Sends until it is answered, refused for good, or out of attempts. Errors that are no fault of a request are thrown: bugs. */
export async function sendWithRetry<T>(policy: RetryPolicy, inFlight: InFlight, send: Send<T>): Promise<Answer<T>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(inFlight, attempt, send);
    if (answer.ok || !answer.fault.retry || attempt >= policy.attempts) return answer;
    await policy.sleep(delayMs(policy, answer.fault, attempt));
  }
}

async function sendOnce<T>(inFlight: InFlight, attempt: number, send: Send<T>): Promise<Answer<T>> {
  await inFlight.enter();
  let outcome: 'answered' | 'throttled' | 'failed' = 'answered';
  try {
    return { ok: true, value: await sendOnOpenSocket(send) };
  } catch (error) {
    const fault = faultOf(error);
    outcome = fault?.kind === 'throttled' ? 'throttled' : 'failed';
    if (fault === undefined) throw error;
    return { ok: false, fault, attempts: attempt };
  } finally {
    inFlight.leave(outcome);
  }
}

/** A server may close a kept socket at any time: what it did not answer then was no failed attempt. */
async function sendOnOpenSocket<T>(send: Send<T>): Promise<T> {
  try {
    return await send(false);
  } catch (error) {
    if (error instanceof StaleSocketError) return send(true);
    throw error;
  }
}

/** Full jitter: anything from nothing to the ceiling, so that workers that failed together do not come back together. */
function delayMs(policy: RetryPolicy, fault: Fault, attempt: number): number {
  const base = policy.baseDelayMs * (fault.kind === 'throttled' ? THROTTLED_FACTOR : 1);
  const jittered = policy.random() * Math.min(MAX_DELAY_MS, base * 2 ** (attempt - 1));
  return Math.min(MAX_DELAY_MS, Math.max(jittered, fault.retryAfterMs ?? 0));
}
