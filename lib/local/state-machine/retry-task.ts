/** One entry of a task's `Retry`, in Amazon States Language; times in seconds. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** Passes the seconds before the next attempt; may return early. */
type Pause = (seconds: number) => Promise<void>;

/**
 * Retries a task as Step Functions does. The interpreter would do it, too, but its waits cannot be ended early: whoever stops a
 * run would sit out minutes of backoff. The error that is thrown in the end is marked so that the interpreter leaves it alone.
 */
export async function retryTask<T>(retriers: readonly Retrier[], pause: Pause, work: () => Promise<T>): Promise<T> {
  const retries = retriers.map(() => 0);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const at = retriers.findIndex(({ ErrorEquals }) => error instanceof Error && ErrorEquals.includes(error.name));
      const [retrier, done] = [retriers[at], retries[at] ?? 0];
      if (retrier === undefined || done >= (retrier.MaxAttempts ?? 3)) throw markFinal(error);
      retries[at] = done + 1;
      await pause(delaySeconds(retrier, done));
    }
  }
}

function delaySeconds({ IntervalSeconds, BackoffRate, MaxDelaySeconds, JitterStrategy }: Retrier, done: number): number {
  const ceiling = Math.min((IntervalSeconds ?? 1) * (BackoffRate ?? 2) ** done, MaxDelaySeconds ?? Infinity);
  return JitterStrategy === 'FULL' ? Math.random() * ceiling : ceiling;
}

function markFinal(error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { isRetryable: false }) : error;
}
