import type { Lag } from '../sync/health/lag.ts';
import { plural } from '../sync/report/words.ts';
import { formatAge, formatTime } from './time-words.ts';

/** The lag in a word or two, as it is seen first: `current`, `3 h 10 min`, `unknown`. */
export function lagText({ state, seconds }: Lag): string {
  if (state === 'current') return 'current';
  if (seconds === undefined) return 'unknown';
  return state === 'behind' ? formatAge(seconds) : `up to ${formatAge(seconds)}`;
}

/** What stands below it. */
export function lagBeside({ state, missing, groups }: Lag): string {
  if (state === 'current') return 'nothing missing';
  if (state === 'unknown') return 'source not looked at';
  return `${plural(missing, 'snapshot')} missing in ${plural(groups, 'group')}`;
}

/** One sentence or two. */
export function lagSentence(lag: Lag): string {
  const { state, seconds, missing, groups, since, asOf } = lag;
  if (state === 'current')
    return `All that the job copies is on the target${asOf === undefined ? '' : `, as of ${formatTime(asOf)} UTC`}.`;
  if (state === 'behind') {
    const oldest = since === undefined ? '' : `, the oldest of ${formatTime(since)} UTC`;
    const behind = seconds === undefined ? '' : `The copy is ${formatAge(seconds)} behind: `;
    return `${behind}${plural(missing, 'snapshot')} of ${plural(groups, 'group')} missing${oldest}.`;
  }
  if (asOf === undefined) return 'No run has looked at the whole source yet.';
  return `No run has seen the whole source since ${formatTime(asOf)} UTC: the copy may be up to ${formatAge(seconds ?? 0)} behind.`;
}
