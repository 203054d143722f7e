import { TransientError } from '../../errors.ts';
import type { Tell } from '../event/event.ts';
import type { RunStore } from '../run-store.ts';
import { changed } from './standing-after.ts';
import type { Standing } from './health.ts';

/** Runs and watches that change the same standing between our look and our write. */
const MAX_RACES = 8;

export interface StandingWorld {
  readonly store: Pick<RunStore, 'loadStanding' | 'saveStanding'>;
  readonly tell: Tell;
}

/**
 * Changes what is known of a job by one conditional write, and tells what follows from it. The events are written with the change and
 * taken out when they were told, so that whoever dies between leaves them to the next one: they are told at least once, and none that
 * did not come true. `change` gives what it was given where nothing changes.
 */
export async function changeStanding(
  job: string,
  change: (before: Standing | undefined) => Standing | undefined,
  world: StandingWorld,
): Promise<Standing | undefined> {
  for (let race = 0; race < MAX_RACES; race++) {
    const before = await world.store.loadStanding(job);
    const next = change(before);
    if (next === undefined || next === before) return tellUntold(job, before, world);
    if (await world.store.saveStanding(job, next, before)) return tellUntold(job, next, world);
  }
  throw new TransientError('STANDING_CONTENDED', `the standing of job ${job} is changed too fast; try again`, {
    context: { job },
  });
}

async function tellUntold(
  job: string,
  standing: Standing | undefined,
  { store, tell }: StandingWorld,
): Promise<Standing | undefined> {
  if (standing?.untold === undefined) return standing;
  for (const event of standing.untold) await tell(event);
  const told = changed(standing, { untold: undefined }, standing.changedAt);
  // Who wrote meanwhile has them still, and tells them again.
  await store.saveStanding(job, told, standing);
  return told;
}
