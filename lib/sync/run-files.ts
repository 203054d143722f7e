import type { RunRef } from './run-store.ts';

/** Key prefix of all that one run leaves in the control bucket; sorts by start. */
export function runFolder({ job, id, startedAt }: RunRef): string {
  return `runs/${job}/${startedAt.replaceAll(/[:.]/g, '-')}-${id}/`;
}

export function planKey(run: RunRef): string {
  return `${runFolder(run)}plan.jsonl`;
}

/** The report's key without its ending: `.json` for machines, `.html` for people. */
export function reportKey(run: RunRef): string {
  return `${runFolder(run)}report`;
}

/** The list that remove-vanished carries out, written before the first delete. */
export function removalKey(run: RunRef): string {
  return `${runFolder(run)}removal.json`;
}

/** How far that list was carried out. */
export function removedKey(run: RunRef): string {
  return `${runFolder(run)}removed.json`;
}
