/** What `next` tells within [from, until), one after the other. */
export function timesWithin(next: (after: number) => number | undefined, from: number, until: number): number[] {
  const times: number[] = [];
  for (let time = next(from - 1); time !== undefined && time < until; time = next(time)) times.push(time);
  return times;
}
