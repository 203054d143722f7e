/** Manifests, owners and records that are read at once where many are. */
export const READS_AT_ONCE = 16;

/**
 * The results of `work` in the order of the items, with at most `limit` items begun and not handed on. Throws the first failure
 * in that order; whoever ends early waits for what is under way.
 */
export async function* mapAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const task = work(item);
      // A failure waits for its turn; until then nobody awaits it.
      task.catch(() => undefined);
      ahead.push(task);
      if (ahead.length >= limit) yield await (ahead.shift() as Promise<R>);
    }
    while (ahead.length > 0) yield await (ahead.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** The same items, the next one asked for while one is worked on. */
export async function* readAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T, unknown>> => {
    const answer = iterator.next();
    answer.catch(() => undefined);
    return answer;
  };
  let next = ask();
  try {
    for (let step = await next; step.done !== true; step = await next) {
      next = ask();
      yield step.value;
    }
  } finally {
    await Promise.allSettled([next]);
    await iterator.return?.();
  }
}
