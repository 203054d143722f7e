import { formatSpan, plural } from '../report/words.ts';
import type { Lag } from './lag.ts';

/** How far behind a copy is, as a part of a sentence for people. */
export function describeLag({ state, seconds, missing, groups, asOf }: Lag): string {
  if (state === 'current') return 'the copy is up to date';
  if (state === 'unknown') {
    if (seconds === undefined || asOf === undefined)
      return 'how far behind the copy is is not known: no run has seen the source yet';
    return `the copy may be up to ${formatSpan(seconds)} behind: no run has seen the source since ${asOf.slice(0, 16)}Z`;
  }
  const behind = seconds === undefined || seconds === 0 ? 'the copy is behind' : `the copy is ${formatSpan(seconds)} behind`;
  return `${behind}: ${plural(missing, 'snapshot')} of ${plural(groups, 'group')} ${missing === 1 ? 'is' : 'are'} missing`;
}
