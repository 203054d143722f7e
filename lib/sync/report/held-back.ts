import type { Report } from './report.ts';
import { formatSeconds } from './words.ts';

/** What is less than this share of the workers' time, or shorter, is felt by nobody: to ask for a part of a limit takes a moment too. */
const WORTH_A_WORD = 0.05;
const WORTH_A_WORD_MS = 1_000;

/** One sentence about how long limits of the configuration held a run back, and where; undefined: nobody felt them. */
export function heldBack({ tally, ...report }: Pick<Report, 'tally' | 'details' | 'seconds'>): string | undefined {
  const least = Math.max(WORTH_A_WORD_MS, WORTH_A_WORD * workMs(report));
  const felt = (['source', 'target'] as const).filter((side) => tally[side].limitedMs >= least);
  const parts = felt.map((side) => `${formatSeconds(tally[side].limitedMs / 1000)} at the ${side}`);
  return parts.length === 0
    ? undefined
    : `limits of the configuration held the workers back for ${parts.join(' and ')}, summed over all of them`;
}

/** The time of all workers together; where there were none, that of the run. */
function workMs({ details, seconds }: Pick<Report, 'details' | 'seconds'>): number {
  const each = details.map(({ startedAt, updatedAt }) => Date.parse(updatedAt) - Date.parse(startedAt ?? updatedAt));
  return Math.max(
    seconds * 1000,
    each.reduce((sum, ms) => sum + ms, 0),
  );
}
