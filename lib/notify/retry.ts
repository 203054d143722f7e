import type { Delivery } from './notice-store.ts';
import type { Sent } from './send.ts';

const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;

/** More than the pauses allow in a day: ends what a clock began that was ahead by years. */
const MOST_TRIES = 40;

/** It is kept in the table, and stands in a line of the log. */
const MAX_REASON = 500;

/** A day: a message that old is no news, and whoever looks finds it in the report. */
export const GIVE_UP_AFTER_MS = 24 * 60 * MINUTE_MS;

/** The delivery after one more call: done, or to be tried again after a pause that doubles from a minute to an hour, for a day in all. */
export function afterCall(delivery: Delivery, sent: Sent, at: { readonly now: number; readonly since: number }): Delivery {
  const { target, tries } = delivery;
  if (sent.ok) return { target, tries: tries + 1, dueAt: at.now, state: 'sent' };
  const pause = Math.max(MINUTE_MS * 2 ** tries, sent.retryAfterMs ?? 0);
  const dueAt = at.now + Math.min(pause, LONGEST_PAUSE_MS);
  const isLast = dueAt - at.since > GIVE_UP_AFTER_MS || tries + 1 >= MOST_TRIES;
  const state = isLast ? 'given-up' : 'pending';
  return { target, tries: tries + 1, dueAt, state, reason: sent.reason.slice(0, MAX_REASON).toWellFormed() };
}

/** What is due later than the longest pause from now on was written by a clock that was wrong. */
export function isDue({ state, dueAt }: Delivery, now: number): boolean {
  return state === 'pending' && (dueAt <= now || dueAt > now + LONGEST_PAUSE_MS);
}
