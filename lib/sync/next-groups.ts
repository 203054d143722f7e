import type { ObjectWriter } from '../datastore/object-store.ts';
import { inFlight } from '../transfer/in-flight.ts';
import { lockDeferred, stopDeferred } from './deferred-groups.ts';
import { hasToStop } from './has-to-stop.ts';
import { READS_AT_ONCE } from './map-ahead.ts';
import type { Round } from './payloads.ts';
import { formatPlan, nextKey } from './run-files.ts';
import { waitingRound } from './wait-for-others.ts';
import type { Worker } from './worker.ts';

const NO_ROUND: Round = { items: 0, planKey: '', waitSeconds: 0 };

/**
 * What the run does when all its workers have ended: it goes on with the groups that other runs have let go of by now, or waits for
 * the first of them; nothing when none was deferred or the run has to stop. Calling it again offers the same groups again.
 */
export async function nextGroups(control: ObjectWriter, worker: Worker): Promise<Round> {
  const { store, run } = worker;
  if (await hasToStop(worker)) {
    await stopDeferred(worker);
    return NO_ROUND;
  }
  const { free, left } = await lockDeferred(worker);
  if (free.length === 0) return left === 0 ? NO_ROUND : waitingRound('groups', control, worker);
  await control.put(nextKey(run), formatPlan(free.map(({ item }) => item)));
  await inFlight(free, { limit: READS_AT_ONCE }, (each) => store.saveDeferred(run, { ...each, offers: each.offers + 1 }));
  return { items: free.length, planKey: nextKey(run), waitSeconds: 0 };
}
