import type { Lag } from '../sync/report/lag.ts';
import { formatSpan, plural } from '../sync/report/words.ts';

/** For titles: `the copy is 2 d 4 h behind`. */
export function howFar({ state, seconds, asOf }: Lag): string {
  if (state === 'current') return 'the copy is up to date';
  if (seconds === undefined)
    return state === 'unknown' ? 'nobody knows how far the copy is behind' : 'the copy lacks older snapshots';
  const behind = `the copy is ${formatSpan(seconds)} behind`;
  if (state === 'behind') return behind;
  return asOf === undefined ? `${behind} at least` : `${behind} at most`;
}

/** One line on what the copy lacks; undefined: nothing. */
export function describeBehind({ state, missing, groups, since, asOf }: Lag): string | undefined {
  if (state === 'current') return undefined;
  const oldest = since === undefined ? '' : `, the oldest of them from ${formatWhen(since)}`;
  const lacking = `Not on the copy: ${plural(missing, 'snapshot')} of ${plural(groups, 'group')}${oldest}.`;
  if (state === 'behind') return lacking;
  if (asOf !== undefined)
    return `The source was last seen at ${formatWhen(asOf)}: what was backed up since then is not on the copy.`;
  const unseen = 'No run has seen all of the source yet, so nobody knows what the copy lacks';
  return missing === 0 ? `${unseen}.` : `${lacking} ${unseen} beside that.`;
}

/** `2026-11-21 22:30 UTC`. */
export function formatWhen(time: string): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
