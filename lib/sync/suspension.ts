import type { RunStore, Suspension } from './run-store.ts';

/** What keeps triggered runs of a job back, of the job itself or of all jobs; undefined: nothing does. `now` is epoch milliseconds. */
export async function activeSuspension(
  store: Pick<RunStore, 'loadSuspension'>,
  job: string,
  now: number,
): Promise<Suspension | undefined> {
  const found = [await store.loadSuspension(job), await store.loadSuspension(undefined)];
  return found.find((suspension) => suspension !== undefined && isActive(suspension, now));
}

/** Whether it has not run out. */
export function isActive({ until }: Suspension, now: number): boolean {
  return until === undefined || now < Date.parse(until);
}

/** As a skipped run says it: `suspended since 2026-11-14T08:00:00.000Z by anna: the line is being mended`. */
export function suspendedText(suspension: Suspension): string {
  return `suspended since ${suspension.since}${suspensionTerms(suspension)}`;
}

/** What stands behind since when: until when, by whom and why, as far as that is known. */
export function suspensionTerms({ until, by, reason }: Suspension): string {
  return [
    ...(until === undefined ? [] : [` until ${until}`]),
    ...(by === undefined ? [] : [` by ${by}`]),
    ...(reason === undefined ? [] : [`: ${reason}`]),
  ].join('');
}
