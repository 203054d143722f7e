import { TransientError } from '../../errors.ts';
import type { RunStore } from '../run-store.ts';
import type { Standing } from './health.ts';

/** Runs and watches that change the same standing between our look and our write. */
const MAX_RACES = 8;

export interface StandingWorld {
  readonly store: Pick<RunStore, 'loadStanding' | 'saveStanding'>;
}

/** Changes what is known of a job by one conditional write: what it is then. `change` gives what it was given where nothing changes. */
export async function changeStanding(
  job: string,
  change: (before: Standing | undefined) => Standing | undefined,
  { store }: StandingWorld,
): Promise<Standing | undefined> {
  for (let race = 0; race < MAX_RACES; race++) {
    const before = await store.loadStanding(job);
    const next = change(before);
    if (next === undefined || next === before) return before;
    if (await store.saveStanding(job, next, before)) return next;
  }
  throw new TransientError('STANDING_CONTENDED', `the standing of job ${job} is changed too fast; try again`, {
    context: { job },
  });
}
