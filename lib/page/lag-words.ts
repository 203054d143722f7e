import { describeLag } from '../sync/report/describe-lag.ts';
import type { Lag } from '../sync/report/lag.ts';
import { formatCount, formatSpan, plural, sentence } from '../sync/report/words.ts';
import { formatTime } from './time-words.ts';

/** The lag in a word or two, as it is seen first: `current`, `3 h 10 min`, `unknown`. */
export function lagText({ state, seconds }: Lag): string {
  if (state === 'current') return 'current';
  if (seconds === undefined) return 'unknown';
  return state === 'behind' ? formatSpan(seconds) : `up to ${formatSpan(seconds)}`;
}

/** What stands below it. */
export function lagBeside({ state, missing, groups }: Lag): string {
  if (state === 'current') return 'nothing missing';
  if (state === 'unknown') return 'source not looked at';
  return `${formatCount(missing)} missing, ${plural(groups, 'group')}`;
}

/** A sentence. */
export function lagSentence(lag: Lag): string {
  const oldest = lag.state === 'behind' && lag.since !== undefined ? `, the oldest of ${formatTime(lag.since)} UTC` : '';
  const asOf = lag.state === 'current' && lag.asOf !== undefined ? `, as of ${formatTime(lag.asOf)} UTC` : '';
  return sentence(`${describeLag(lag)}${oldest}${asOf}`);
}
