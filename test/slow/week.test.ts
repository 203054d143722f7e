import { describe, it } from 'vitest';
import { expectWeek } from '../run/week/expect-week.ts';
import { weekFirings } from '../run/week/scene.ts';

const SEEDS = Array.from({ length: 10 }, (_, index) => String(index + 1));

describe('many weeks of ticks', () => {
  const firings = weekFirings();
  it.each(SEEDS)('are as a model says that was written apart: seed %s', async (seed) => {
    await expectWeek(seed, firings);
  });
});
