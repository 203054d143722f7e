import { formatErrorChain, TransientError } from '../errors.ts';
import { formatSeconds } from '../sync/report/words.ts';
import type { StopSwitch } from './stop-switch.ts';

export interface Watching {
  /** Between two looks. */
  readonly seconds: number;
  /** Is told in a line why a look failed. */
  readonly complain: (text: string) => void;
}

/**
 * Looks again and again until the process is asked to stop; answers what was seen last. What hangs on a wall goes on by itself: only
 * the first look throws a `TransientError`, for then it is more likely that something is set up wrongly.
 */
export async function watchOn<T>(look: () => Promise<T>, { seconds, complain }: Watching, stop: StopSwitch): Promise<T> {
  stop.beQuiet();
  let seen = await look();
  for (;;) {
    await stop.sleep(seconds);
    if (stop.asked()) return seen;
    try {
      seen = await look();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      complain(`${error.code}: ${formatErrorChain(error)}; looks again in ${formatSeconds(seconds)}`);
    }
  }
}
