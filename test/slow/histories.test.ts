import { expect, it } from 'vitest';
import { builtPool } from '../sync/semantics/history/builder-pool.ts';
import { tellHistories } from '../sync/semantics/history/tell.ts';

/** A minute and a half on a machine of one's own; how busy it is says nothing of the code. */
const MAX_MS = 20 * 60_000;

it('leaves on the target what the model says in each of many histories', { timeout: 2 * MAX_MS }, async () => {
  const told = await tellHistories(await builtPool(), { histories: 3000, maxMs: MAX_MS });
  expect(told.disturbed).toBeGreaterThan(100);
});
