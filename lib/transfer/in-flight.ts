import { underWay } from './under-way.ts';

/**
 * Works on items in order, at most `limit` (at least 1) at once. After a failure nothing more is begun; when all that was under
 * way has ended, the first failure is thrown.
 */
export async function inFlight<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { limit }: { readonly limit: number },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const tasks = underWay();
  try {
    for await (const item of items) {
      await tasks.room(limit);
      if (tasks.failed) break;
      tasks.begin(() => work(item));
    }
  } catch (error) {
    tasks.fail(error);
  }
  await tasks.settle();
}
