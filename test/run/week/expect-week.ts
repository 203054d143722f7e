import { expect } from 'vitest';
import { contents } from '../../support/memory-run.ts';
import { drawWeek } from './draw-week.ts';
import { judgeWeek } from './judge-week.ts';
import { playWeek } from './play-week.ts';
import type { Firing } from './scene.ts';

/** Plays the week of a seed: what it should be, and what is on the target in the end. How often each thing happened in it. */
export async function expectWeek(seed: string, firings: readonly Firing[]): Promise<Readonly<Record<string, number>>> {
  const week = drawWeek(seed, firings);
  const { seen, cloud } = await playWeek(week);
  const { faults, counts } = judgeWeek(week, seen);
  expect(faults, `the week of seed ${seed}`).toEqual([]);
  expect(contents(cloud.target), `the week of seed ${seed}`).toEqual(contents(cloud.source));
  return counts;
}
