import { parseJob } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import type { RunRecord } from '../../sync/run-store.ts';
import type { JobLook, JobStatus, RecentRun } from '../../sync/status/job-status.ts';
import { loadRecent } from '../../sync/status/load-runs.ts';
import { loadStatus, loadStatuses, type StatusWorld } from '../../sync/status/load-status.ts';

/** However many people look, the table is asked no more often than this, and leaves most of its time to runs. */
const MIN_AGE_MS = 1000;
const REST_PER_LOOK = 4;

/** Runs that are looked through for one by its name, and shown as the history of a job. */
const KNOWN_RUNS = 2000;
const HISTORY_RUNS = 300;

export interface StatusBook {
  /** In the order of the configuration. */
  all(): Promise<readonly JobLook[]>;
  one(job: string): Promise<JobStatus | undefined>;
  /** The last runs of a job, newest first. */
  history(job: string): Promise<readonly RecentRun[]>;
  /** The same from further back; whether one was lost is not known. */
  known(job: string): Promise<readonly RunRecord[]>;
  /** Somebody changed something: whoever asks next sees it. */
  forget(): void;
}

/** How jobs stand, by a look that is shared by all who ask while it is fresh. */
export function statusBook(world: StatusWorld, configuration: () => Pick<Configuration, 'jobs'>): StatusBook {
  const fresh = freshLooks(world.now);
  const documents = () => configuration().jobs;
  return {
    all: () =>
      fresh.look('', () =>
        loadStatuses(
          documents().map((document) => parseJob(document)),
          world,
        ),
      ),
    one: async (job) => {
      const document = documents().find(({ id }) => id === job);
      return document && fresh.look(`job ${job}`, () => loadStatus(parseJob(document), world));
    },
    history: (job) => fresh.look(`history ${job}`, async () => (await loadRecent({ id: job }, HISTORY_RUNS, world)).recent),
    known: (job) => fresh.look(`known ${job}`, () => world.store.listRuns(job, KNOWN_RUNS)),
    forget: () => fresh.forget(),
  };
}

interface Look {
  readonly answer: Promise<unknown>;
  readonly begun: number;
  until: number;
}

function freshLooks(now: () => number) {
  const looks = new Map<string, Look>();
  return {
    look: <T>(name: string, load: () => Promise<T>): Promise<T> => {
      const [at, known] = [now(), looks.get(name)];
      const isFresh = ({ begun, until }: Look): boolean => at < until && at >= begun;
      if (known !== undefined && isFresh(known)) return known.answer as Promise<T>;
      // Nobody may ask for them again.
      for (const [each, look] of looks) if (!isFresh(look)) looks.delete(each);
      const answer = load();
      const look: Look = { answer, begun: at, until: Infinity };
      looks.set(name, look);
      const ended = (): void => void (look.until = now() + Math.max(MIN_AGE_MS, (now() - at) * REST_PER_LOOK));
      // What failed is asked again at once.
      answer.then(ended, () => void (look.until = 0));
      return answer;
    },
    forget: () => looks.clear(),
  };
}
