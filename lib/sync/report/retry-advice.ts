import type { RequestCounts } from '../../datastore/object-store.ts';
import type { Tally } from './group-record.ts';
import { formatCount, plural } from './words.ts';

/** What is less than this share of the time, or shorter, is nobody's trouble. */
const WORTH_A_WORD = 0.05;
const WORTH_A_WORD_MS = 1_000;

/**
 * One sentence about requests that had to be sent again, where waiting for them took more than a twentieth of the time that all
 * requests took: about the side that cost more, and what to do. Undefined: nothing needs doing.
 */
export function retryAdvice({ source, target }: Pick<Tally, 'source' | 'target'>): string | undefined {
  const [side, counts] = target.waitedMs >= source.waitedMs ? ['target', target] : ['source', source];
  const share = counts.waitedMs / Math.max(1, source.tookMs + target.tookMs);
  if (share <= WORTH_A_WORD || counts.waitedMs < WORTH_A_WORD_MS) return undefined;
  const cost = `took ${String(Math.round(share * 100))} % of the time`;
  return isThrottling(counts)
    ? `the ${side} asked to slow down ${formatCount(counts.throttled)} times, and waiting for it ${cost}: lower \`worker-threads\`, or ask its provider for more`
    : `${plural(counts.retried, 'request')} to the ${side} had to be sent again, and waiting for them ${cost}: look at the network on the way there`;
}

function isThrottling({ throttled, retried }: RequestCounts): boolean {
  return throttled * 2 >= retried;
}
