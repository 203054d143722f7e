import { formatErrorChain, TransientError } from '../../errors.ts';
import type { RunLog } from '../worker.ts';
import type { FlotillaEvent, Tell } from './event.ts';

/** Tells, twice if need be, and goes on in any case: a run that nobody can be told of is better than no copy. Its end is told for certain. */
export async function tellAndGoOn(
  event: FlotillaEvent,
  { tell, log }: { readonly tell: Tell; readonly log: RunLog },
): Promise<void> {
  for (const isLast of [false, true]) {
    try {
      await tell(event);
      return;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (isLast) log.error(`nobody could be told that ${event.message} ${formatErrorChain(error)}`);
    }
  }
}
