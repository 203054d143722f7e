import { endedWell } from './report/report.ts';
import type { Job } from './job.ts';
import type { HeldSnapshots, RunStore } from './run-store.ts';
import { targetPlace } from './target-place.ts';

/** Runs that are looked through for a good one: what is older says little of what the source should hold. */
const MAX_RUNS = 500;

/** Keeps a run's record far below the table's limit, however many filters a job has. */
const MAX_REACH = 4096;

/** Names what a job reaches on its source: counts of two runs compare when it is the same. */
export function reachOf({ source, namespace, maxDepth, groupFilter }: Job): string {
  const filters = groupFilter.map(({ text }) => text);
  return JSON.stringify([targetPlace(source), namespace, maxDepth ?? null, filters]).slice(0, MAX_REACH);
}

/** Finished snapshots that the source held, within the job's present reach, when a run last ended well; undefined: no such run is known. */
export async function heldBefore({
  store,
  job,
}: {
  readonly store: Pick<RunStore, 'listRuns'>;
  readonly job: Job;
}): Promise<HeldSnapshots['snapshots'] | undefined> {
  const reach = reachOf(job);
  const runs = await store.listRuns(job.id, MAX_RUNS);
  const good = runs.find(({ state, held }) => endedWell(state) && held?.reach === reach);
  return good?.held?.snapshots;
}
