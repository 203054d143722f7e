import type { Configuration } from '../../config/load-config.ts';
import { FlotillaError, formatErrorChain } from '../../errors.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import type { Facts, ServedJob } from '../../serve/served-job.ts';

/** Runs that are looked through for those that ended well since. */
const RECENT_RUNS = 100;

export interface FactsWorld {
  readonly cloud: Pick<EmbeddedCloud, 'store' | 'services'>;
  readonly configuration: () => Configuration;
  readonly jobs: () => readonly ServedJob[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly wake: () => void;
  readonly log: { warn(message: string): void };
}

/** Looks at the table; undefined, and said, when it cannot be read: what is due then is decided at the next look. */
export function watchFacts(world: FactsWorld): () => Promise<Facts | undefined> {
  return async () => {
    try {
      return await look(world);
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      world.log.warn(`could not look at what is due, and will again in a minute: ${formatErrorChain(error)}`);
      return undefined;
    }
  };
}

async function look({ cloud: { store }, jobs, now }: FactsWorld): Promise<Facts> {
  const endedWell = new Map<string, readonly string[]>();
  for (const other of new Set(jobs().flatMap(({ after }) => after))) {
    const runs = await store.listRuns(other, RECENT_RUNS);
    const good = runs.filter(({ state, endedAt }) => endedAt !== undefined && (state === 'ok' || state === 'warnings'));
    endedWell.set(
      other,
      good.filter(({ dryRun }) => dryRun !== true).map(({ id }) => id),
    );
  }
  return {
    now: now(),
    isSuspended: () => false,
    endedWell: (job) => endedWell.get(job) ?? [],
    pendingSince: () => undefined,
  };
}
