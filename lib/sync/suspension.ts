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

/** As a skipped run says it. */
export function suspendedText({ since, until, by, reason }: Suspension): string {
  return [
    `suspended since ${since}`,
    ...(until === undefined ? [] : [` until ${until}`]),
    ...(by === undefined ? [] : [` by ${by}`]),
    ...(reason === undefined ? [] : [`: ${reason}`]),
  ].join('');
}
