import type { RunStore, TickRecord } from '../run-store.ts';
import type { Worker } from '../worker.ts';
import type { Standing } from './health.ts';

/** Runs that are looked through for the one that served a tick: many more do not come between two looks at all of a job. */
const MAX_RUNS = 30;

export const NONE_LOST: ReadonlySet<string> = new Set();

export interface ServedTicks extends Pick<Worker, 'now' | 'leaseMs'> {
  readonly store: Pick<RunStore, 'listRuns' | 'listLiving'>;
  readonly served: readonly (TickRecord | undefined)[];
}

/**
 * Ids of runs that served a tick after the last look at all of the job and are gone without having ended, while none is at work: killed,
 * perhaps before they left a record.
 */
export async function listLost(
  job: string,
  standing: Standing | undefined,
  { store, now, leaseMs, served }: ServedTicks,
): Promise<ReadonlySet<string>> {
  const asOf = standing?.asOf ?? '';
  const ticks = served.filter((tick) => tick !== undefined).filter((tick) => Date.parse(tick.served) > (Date.parse(asOf) || 0));
  if (ticks.length === 0) return NONE_LOST;
  const runs = await store.listRuns(job, MAX_RUNS);
  const isOld = (time: string): boolean =>
    runs.length < MAX_RUNS || runs.some(({ startedAt }) => Date.parse(startedAt) < Date.parse(time));
  const isLost = ({ run, served: time }: TickRecord): boolean => {
    const record = runs.find(({ id }) => id === run);
    return record === undefined ? isOld(time) : record.endedAt === undefined;
  };
  const lost = ticks.filter(isLost).map(({ run }) => run);
  if (lost.length === 0) return NONE_LOST;
  // It may have come since the leases were looked at.
  const living = await store.listLiving(job, now(), leaseMs);
  return new Set(lost.filter((run) => !living.has(run)));
}
