import type { ObjectWriter } from '../datastore/object-store.ts';
import { askDeferred } from './deferred-groups.ts';
import { hasToStop } from './has-to-stop.ts';
import { iso } from './iso.ts';
import type { Round, SyncGroupOutput, WaitItem } from './payloads.ts';
import { formatPlan, waitKey } from './run-files.ts';
import { secondsToAsk, takeTurn } from './take-turn.ts';
import type { Worker } from './worker.ts';

/**
 * One child waits for so long at most, and leaves it to the next: it asks about a thousand times then, and each time is nine events of
 * its history, which holds 25,000 (facts/aws.md 1.1).
 */
const MAX_WAIT_MS = 16 * 3600 * 1000;
const MAX_WAIT_LEASES = 500;

const DONE: SyncGroupOutput = { done: true, waitSeconds: 0, cursor: null };

/**
 * A round in which one worker asks again and again and the others have nothing to do. It is a child of the Map, so that what it asks
 * is history of its own: a run may wait for days.
 */
export async function waitingRound(
  { number, ...wait }: Pick<WaitItem, 'what' | 'restSeconds'> & Pick<Round, 'number'>,
  control: ObjectWriter,
  worker: Worker,
): Promise<Round> {
  const since = iso(worker.now());
  await control.put(waitKey(worker.run), formatPlan([{ kind: 'wait', ...wait, since }]));
  return { number, items: 1, planKey: waitKey(worker.run), waitSeconds: secondsToAsk(since, worker) };
}

/** Done when there is something to do: the run has its turn, or a group that it waits for. */
export async function waitForOthers(item: WaitItem, worker: Worker): Promise<SyncGroupOutput> {
  if (await hasToStop(worker)) return DONE;
  const waited = worker.now() - Date.parse(item.since);
  const isOver = item.what === 'turn' ? await hasTurn(worker) : await hasGroup(item, waited, worker);
  if (isOver || waited >= Math.min(MAX_WAIT_MS, MAX_WAIT_LEASES * worker.leaseMs)) return DONE;
  return { done: false, waitSeconds: secondsToAsk(item.since, worker), cursor: null };
}

async function hasGroup({ restSeconds }: WaitItem, waited: number, worker: Worker): Promise<boolean> {
  if (waited < restSeconds * 1000) return rest(worker);
  const { free, left } = await askDeferred(worker);
  return free.length > 0 || left === 0;
}

/** The run keeps its places in the lines of its groups for as long as its lease is running. */
async function rest({ store, run, now, leaseMs }: Worker): Promise<false> {
  await store.renewTurn(run, now(), leaseMs);
  return false;
}

/** Its turn stays its own until start-run asks; one that is to be skipped by now hears of it there. */
async function hasTurn(worker: Worker): Promise<boolean> {
  const { store, run } = worker;
  const blocked = await takeTurn((await store.loadRun(run)) ?? run, worker);
  return blocked?.decision !== 'wait';
}
