/** How a bounded loop ended: `issued` items were begun, and all of them have ended; `stopped` before the items did. */
export interface InFlightOutcome {
  readonly issued: number;
  readonly stopped: boolean;
}

export interface InFlightOptions {
  /** Items at work at once, at least 1. */
  readonly limit: number;
  /** Asked before each item: true ends the loop at this safe point. */
  readonly stop?: () => boolean;
}

/**
 * Works on items in order, at most `limit` at once. After a failure nothing more is begun; when all that was under way has
 * ended, the first failure is thrown.
 */
export async function inFlight<T>(
  items: AsyncIterable<T> | Iterable<T>,
  options: InFlightOptions,
  work: (item: T) => Promise<void>,
): Promise<InFlightOutcome> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let issued = 0;
  let stopped = false;

  try {
    for await (const item of items) {
      if (running.size >= options.limit) await Promise.race(running);
      if (failures.length > 0) break;
      if (options.stop?.() === true) {
        stopped = true;
        break;
      }
      issued += 1;
      const task: Promise<void> = work(item)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(task));
      running.add(task);
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return { issued, stopped };
}
