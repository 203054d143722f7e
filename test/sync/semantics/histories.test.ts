import { expect, it } from 'vitest';
import { builtPool } from './history/builder-pool.ts';
import { tellHistories } from './history/tell.ts';

// `npm run test:slow` tells thousands of them, `npm run test:real` over backups that real PBS made.
it('leaves on the target what the model says, whatever happened before, where it crashed and what it was asked for', async () => {
  const told = await tellHistories(await builtPool(), { histories: 25, maxMs: 50_000 });
  expect(told.snapshots).toBeGreaterThan(25);
  expect(told.disturbed).toBeGreaterThan(5);
});
