import { TransientError } from '../errors.ts';
import type { ObjectReader, ObjectWriter } from '../datastore/object-store.ts';
import type { SharedDigests } from '../transfer/shared-digests.ts';
import type { PlanItem } from './payloads.ts';
import type { RunRef } from './run-store.ts';

/** Key prefix of all that one run leaves in the control bucket; sorts by start. */
export function runFolder({ job, id, startedAt }: RunRef): string {
  return `runs/${job}/${startedAt.replaceAll(/[:.]/g, '-')}-${id}/`;
}

export function planKey(run: RunRef): string {
  return `${runFolder(run)}plan.jsonl`;
}

/** The lines of a round after the first: groups that were deferred. */
export function nextKey(run: RunRef): string {
  return `${runFolder(run)}next.jsonl`;
}

/** The line of a round that waits. */
export function waitKey(run: RunRef): string {
  return `${runFolder(run)}wait.jsonl`;
}

/** The report's key without its ending: `.json` for machines, `.html` for people. */
export function reportKey(run: RunRef): string {
  return `${runFolder(run)}report`;
}

/** What a run took of that which was written at the source. */
export function takenKey(run: RunRef): string {
  return `${runFolder(run)}written.json`;
}

/** The list that remove-vanished carries out, written before the first delete. */
export function removalKey(run: RunRef): string {
  return `${runFolder(run)}removal.json`;
}

/** How far that list was carried out. */
export function removedKey(run: RunRef): string {
  return `${runFolder(run)}removed.json`;
}

/** What one worker of the run found on the target by listing it all, for the others; a run has one target. */
export function sharedDigests(control: ObjectWriter, run: RunRef): SharedDigests {
  const key = `${runFolder(run)}target-chunks.bin`;
  return {
    load: async () => (await control.get(key))?.bytes,
    save: async (packed) => {
      await control.put(key, packed);
    },
  };
}

/** The plan as JSON lines, the form that a Distributed Map reads. */
export function formatPlan(items: readonly PlanItem[]): Buffer {
  return Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

/** Reads a plan back. Throws a `TransientError` PLAN_MISSING when there is none: a plan that was lost is not an empty one. */
export async function loadPlan(control: ObjectReader, key: string): Promise<PlanItem[]> {
  const plan = await control.get(key);
  if (plan === undefined) throw new TransientError('PLAN_MISSING', `the plan ${key} is not in the control bucket`);
  const lines = plan.bytes.toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PlanItem);
}
