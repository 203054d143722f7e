import type { Delivery } from './notice-store.ts';
import type { Sent } from './send.ts';

const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;

/** It is kept in the table, and stands in a line of the log. */
const MAX_REASON = 500;

/** A day: a message that old is no news, and whoever looks finds it in the report. */
export const GIVE_UP_AFTER_MS = 24 * 60 * MINUTE_MS;

/** The delivery after one more call: done, or to be tried again after a pause that doubles from a minute to an hour, for a day in all. */
export function afterCall(delivery: Delivery, sent: Sent, at: { readonly now: number; readonly since: number }): Delivery {
  const { target, tries } = delivery;
  if (sent.ok) return { target, tries: tries + 1, dueAt: at.now, state: 'sent' };
  const pause = Math.min(MINUTE_MS * 2 ** tries, LONGEST_PAUSE_MS);
  const dueAt = at.now + Math.max(pause, sent.retryAfterMs ?? 0);
  const state = dueAt - at.since > GIVE_UP_AFTER_MS ? 'given-up' : 'pending';
  return { target, tries: tries + 1, dueAt, state, reason: sent.reason.slice(0, MAX_REASON).toWellFormed() };
}

export function isDue({ state, dueAt }: Delivery, now: number): boolean {
  return state === 'pending' && dueAt <= now;
}
