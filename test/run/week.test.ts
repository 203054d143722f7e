import { describe, expect, it } from 'vitest';
import { expectWeek } from './week/expect-week.ts';
import { weekFirings } from './week/scene.ts';

/** In the week of this seed all of it happens. */
const SEED = '21';
const HAPPENS = [
  ...['go', 'none', 'late', 'catch up', 'is served', 'suspended since'],
  ...['wait', 'skip', 'wait for a group', 'crash', 'die'],
];

describe('a week of ticks of two jobs with one target, through the synthesized schedules and the state machine', () => {
  it('runs, waits, is skipped and is recorded as a model says that was written apart', async () => {
    const counts = await expectWeek(SEED, weekFirings());
    expect(Object.keys(counts).toSorted()).toEqual(HAPPENS.toSorted());
  });
});
