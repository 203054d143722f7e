import { formatDuration } from '../schedule/duration.ts';
import type { Lag } from '../sync/health/lag.ts';
import { plural } from '../sync/report/words.ts';

/** For titles: `its copy is 2d 4h behind`. */
export function howFar({ state, seconds }: Lag): string {
  if (state === 'current') return 'the copy is up to date';
  if (seconds === undefined)
    return state === 'unknown' ? 'how far the copy is behind is not known' : 'the copy lacks older snapshots';
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

/** `2d 4h`: the two largest units that say anything, from seconds. */
export function formatSpan(seconds: number): string {
  if (seconds < 60) return `${String(Math.max(0, Math.round(seconds)))}s`;
  return formatDuration(Math.round(seconds / 60) * 60_000)
    .split(' ')
    .slice(0, 2)
    .join(' ');
}

/** `2026-11-21 22:30 UTC`. */
export function formatWhen(time: string): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
