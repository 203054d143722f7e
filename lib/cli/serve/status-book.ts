import { parseJob } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import type { JobStatus } from '../../sync/status/job-status.ts';
import { loadStatus, type StatusWorld } from '../../sync/status/load-status.ts';

/** However many people look, the table is asked no more often than this, and leaves most of its time to runs. */
const MIN_AGE_MS = 1000;
const REST_PER_LOOK = 4;
/** Jobs that are looked at at once. */
const AT_ONCE = 8;

export interface StatusBook {
  /** In the order of the configuration. */
  all(): Promise<readonly JobStatus[]>;
  one(job: string): Promise<JobStatus | undefined>;
}

/** How jobs stand, by a look that is shared by all who ask while it is fresh. */
export function statusBook(world: StatusWorld, configuration: () => Pick<Configuration, 'jobs'>): StatusBook {
  const load = (id: string): Promise<JobStatus> | undefined => {
    const document = configuration().jobs.find((job) => job.id === id);
    return document && loadStatus(parseJob(document), world);
  };
  const loadAll = () => mapSome(configuration().jobs, (document) => loadStatus(parseJob(document), world));
  const all = shared(loadAll, world.now);
  const ones = new Map<string, () => Promise<JobStatus | undefined>>();
  return {
    all,
    one: (job) => {
      if (!configuration().jobs.some(({ id }) => id === job)) return Promise.resolve(undefined);
      const ask = ones.get(job) ?? shared(async () => load(job), world.now);
      ones.set(job, ask);
      return ask();
    },
  };
}

function shared<T>(load: () => Promise<T>, now: () => number): () => Promise<T> {
  let current: { readonly answer: Promise<T>; readonly begun: number; until: number } | undefined;
  return () => {
    const at = now();
    if (current !== undefined && at < current.until && at >= current.begun) return current.answer;
    const next = { answer: load(), begun: at, until: Infinity };
    current = next;
    const ended = (): void => void (next.until = now() + Math.max(MIN_AGE_MS, (now() - at) * REST_PER_LOOK));
    // What failed is asked again at once.
    next.answer.then(ended, () => void (next.until = 0));
    return next.answer;
  };
}

async function mapSome<T, U>(items: readonly T[], map: (item: T) => Promise<U>): Promise<readonly U[]> {
  const results: U[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(map))));
  return results;
}
