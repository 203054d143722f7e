import { formatGroup } from '../datastore/group.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import { heldBefore } from './held-before.ts';
import type { RemoveVanishedOutput } from './payloads.ts';
import { planRemoval, type RemovalPlan, type RemovalSides } from './plan-removal.ts';
import { mayGoOn, removeTogether, type RemovalProgress, type RemovingWorker } from './remove-together.ts';
import { loadPlan, planKey, removalKey, removedKey } from './run-files.ts';
import { turnKeeper, expectTime } from './write-plan.ts';

/** How often it is written down how far the list was carried out: what is removed twice is removed once. */
const SAVE_EVERY_MS = 5000;

export interface RemovalWorker extends RemovingWorker {
  readonly control: ObjectWriter;
}

/**
 * Carries out the list that `planRemoval` made, in its order; the list is written before the first delete. Not done: the call is
 * near its end, and the next one goes on where it stopped. Throws a `ConfigError` PLANNING_TOO_LONG when one call is too short to
 * make the list.
 */
export async function removeVanished(worker: RemovalWorker): Promise<RemoveVanishedOutput> {
  const { run } = worker;
  const { removals, kept } = (await loadJson<RemovalPlan>(removalKey(run), worker)) ?? (await storePlan(worker));
  const before = await loadJson<RemovalProgress>(removedKey(run), worker);
  let progress = before ?? { next: 0, removed: { snapshots: 0, groups: 0, namespaces: 0, kept } };
  let savedAt = worker.now();
  while (progress.next < removals.length && (await mayGoOn(worker))) {
    progress = await removeTogether(removals, progress, worker);
    if (worker.now() - savedAt < SAVE_EVERY_MS) continue;
    await saveProgress(progress, worker);
    savedAt = worker.now();
  }
  // What stays is told also when nothing goes.
  if (progress.next > 0 || kept.length > 0) await saveProgress(progress, worker);
  return { done: progress.next >= removals.length || worker.stopReason() === 'asked' };
}

function saveProgress(progress: RemovalProgress, { control, run }: RemovalWorker): Promise<unknown> {
  return control.put(removedKey(run), Buffer.from(JSON.stringify(progress)));
}

/** Reads back what this run wrote itself. */
async function loadJson<T>(key: string, { control }: RemovalWorker): Promise<T | undefined> {
  const stored = await control.get(key);
  return stored === undefined ? undefined : (JSON.parse(stored.bytes.toString()) as T);
}

async function storePlan(worker: RemovalWorker): Promise<RemovalPlan> {
  // Nothing is removed by what is not set up right.
  const wasRefused = (await worker.store.loadRefusal(worker.run)) !== undefined;
  const plan = wasRefused ? NOTHING_REMOVED : await planRemoval(await removalSides(worker));
  await worker.control.put(removalKey(worker.run), Buffer.from(JSON.stringify(plan)));
  return plan;
}

const NOTHING_REMOVED: RemovalPlan = {
  removals: [],
  kept: ['all that vanished (this run was refused something that has to be changed first)'],
};

/** What was planned in this run and has no good result is in trouble, whatever became of its worker. */
async function removalSides(worker: RemovalWorker): Promise<RemovalSides> {
  const { store, run, control } = worker;
  const troubled = new Set(
    (await loadPlan(control, planKey(run))).map((item) => (item.kind === 'group' ? formatGroup(item) : '')),
  );
  for await (const record of store.listGroups(run)) if (record.state === 'ok') troubled.delete(formatGroup(record));
  const keepTurn = turnKeeper(worker);
  const beat = async (): Promise<void> => {
    expectTime(worker);
    await keepTurn();
  };
  return { ...worker, held: await heldBefore(worker), isTroubled: (group) => troubled.has(formatGroup(group)), beat };
}
