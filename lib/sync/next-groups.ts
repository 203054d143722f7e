import type { ObjectWriter } from '../datastore/object-store.ts';
import { inFlight } from '../transfer/in-flight.ts';
import { askDeferred, stopDeferred } from './deferred-groups.ts';
import { hasToStop } from './has-to-stop.ts';
import { READS_AT_ONCE } from './map-ahead.ts';
import type { Round } from './payloads.ts';
import { formatPlan, nextKey } from './run-files.ts';
import { waitingRound } from './wait-for-others.ts';
import type { Worker } from './worker.ts';

/** A round is 28 events of the run's history, which holds 25,000 (facts/aws.md 1.1): from here on one has to do for more groups. */
const ROUNDS_AT_ONCE = 200;
/** Longer with each round: those that the history has room for last 18 days. */
const REST_SECONDS = 15;

/**
 * What the run does when all its workers have ended: it goes on with the groups that other runs have let go of by now, or waits for
 * the first of them; nothing when none was deferred or the run has to stop. `after` is the number of the round before. Calling it again
 * offers the same groups again.
 */
export async function nextGroups(after: number, control: ObjectWriter, worker: Worker): Promise<Round> {
  const { store, run } = worker;
  const number = after + 1;
  const none: Round = { number, items: 0, planKey: '', waitSeconds: 0 };
  if (await hasToStop(worker)) {
    await stopDeferred(worker);
    return none;
  }
  const { free, left } = await askDeferred(worker);
  if (free.length === 0) return left === 0 ? none : waitForGroups(number, control, worker);
  await control.put(nextKey(run), formatPlan(free.map(({ item }) => item)));
  await inFlight(free, { limit: READS_AT_ONCE }, (each) => store.saveDeferred(run, { ...each, offers: each.offers + 1 }));
  return { number, items: free.length, planKey: nextKey(run), waitSeconds: 0 };
}

function waitForGroups(number: number, control: ObjectWriter, worker: Worker): Promise<Round> {
  const restSeconds = REST_SECONDS * Math.max(0, number - ROUNDS_AT_ONCE);
  return waitingRound({ what: 'groups', number, restSeconds }, control, worker);
}
