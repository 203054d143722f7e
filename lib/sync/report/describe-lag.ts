import type { Lag } from './lag.ts';
import { formatSpan, plural } from './words.ts';

/** How far behind a copy is, as a part of a sentence for people. */
export function describeLag({ state, seconds, missing, groups, asOf }: Lag): string {
  if (state === 'current') return 'the copy is up to date';
  if (state === 'unknown') {
    if (asOf === undefined) return describeUnseen(missing, groups);
    return `the copy may be up to ${formatSpan(seconds ?? 0)} behind: no run has seen all of the source since ${asOf.slice(0, 16)}Z`;
  }
  const behind = seconds === undefined || seconds === 0 ? 'the copy is behind' : `the copy is ${formatSpan(seconds)} behind`;
  return `${behind}: ${countMissing(missing, groups)}`;
}

function describeUnseen(missing: number, groups: number): string {
  const known = missing === 0 ? '' : `, and ${countMissing(missing, groups)} at least`;
  return `nobody knows how far behind the copy is: no run has seen all of the source yet${known}`;
}

function countMissing(missing: number, groups: number): string {
  return `${plural(missing, 'snapshot')} of ${plural(groups, 'group')} ${missing === 1 ? 'is' : 'are'} missing`;
}
