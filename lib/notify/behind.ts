import type { Lag } from '../sync/health/lag.ts';
import { formatSpan, plural } from '../sync/report/words.ts';

/** For titles: `the copy is 2 d 4 h behind`. */
export function howFar({ state, seconds }: Lag): string {
  if (state === 'current') return 'the copy is up to date';
  if (seconds === undefined)
    return state === 'unknown' ? 'nobody knows how far the copy is behind' : 'the copy lacks older snapshots';
  return state === 'unknown' ? `the copy is ${formatSpan(seconds)} behind at most` : `the copy is ${formatSpan(seconds)} behind`;
}

/** One line on what the copy lacks; undefined: nothing. */
export function describeBehind({ state, seconds, missing, groups, since, asOf }: Lag): string | undefined {
  if (state === 'current') return undefined;
  if (state === 'unknown') {
    return asOf === undefined
      ? 'No run has seen all of the source yet, so nobody knows what the copy lacks.'
      : `The source was last seen at ${formatWhen(asOf)}: what was backed up since then is not on the copy.`;
  }
  const oldest = since === undefined || seconds === undefined ? '' : `, the oldest of them from ${formatWhen(since)}`;
  return `Not on the copy: ${plural(missing, 'snapshot')} of ${plural(groups, 'group')}${oldest}.`;
}

/** `2026-11-21 22:30 UTC`. */
export function formatWhen(time: string): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
