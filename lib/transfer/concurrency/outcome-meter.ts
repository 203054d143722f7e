import type { RequestCounts } from '../../datastore/object-store.ts';
import type { TransferSample } from './controller.ts';

/** More are forgotten: a provider that refused thousands while nothing was moved is not held to it for thousands of transfers. */
const MOST_OWED = 64;

/**
 * Tells how a transfer that has just been moved ended: `throttled` for as many transfers as answers were. All transfers of a
 * worker share its counts, so which one met the answer is not known, and does not matter to the share of them that did.
 */
export function outcomeMeter(counts: readonly Pick<RequestCounts, 'throttled'>[]): () => TransferSample['outcome'] {
  const total = (): number => counts.reduce((sum, { throttled }) => sum + throttled, 0);
  let told = total();
  return () => {
    const throttled = total();
    if (told >= throttled) return 'moved';
    told = Math.max(told, throttled - MOST_OWED);
    told += 1;
    return 'throttled';
  };
}
