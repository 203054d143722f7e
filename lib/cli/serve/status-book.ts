import { parseJob } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import type { JobLook, JobStatus } from '../../sync/status/job-status.ts';
import { loadStatus, loadStatuses, type StatusWorld } from '../../sync/status/load-status.ts';

/** However many people look, the table is asked no more often than this, and leaves most of its time to runs. */
const MIN_AGE_MS = 1000;
const REST_PER_LOOK = 4;

export interface StatusBook {
  /** In the order of the configuration. */
  all(): Promise<readonly JobLook[]>;
  one(job: string): Promise<JobStatus | undefined>;
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
      if (known !== undefined && at < known.until && at >= known.begun) return known.answer as Promise<T>;
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
