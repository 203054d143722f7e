import { expect, it } from 'vitest';
import { loadSamples } from '../support/sample.ts';
import { readObjects } from '../support/source.ts';
import { poolOf } from '../sync/semantics/history/pool.ts';
import { tellHistories } from '../sync/semantics/history/tell.ts';

const folder = process.env['FLOTILLA_SAMPLES'];
if (folder === undefined) throw new Error('FLOTILLA_SAMPLES names no folder: npm run test:real -- <folder of samples>');

const MAX_MS = 10 * 60_000;

// Backups come, go, are damaged, protected, noted and given to others: all of them are what real PBS wrote.
it.each(loadSamples(folder))(
  'leaves on the target what the model says, with any history of the backups of $name',
  { timeout: 2 * MAX_MS },
  async ({ objectsFolder, prefix }) => {
    const told = await tellHistories(poolOf(readObjects(objectsFolder, prefix)), { histories: 100, maxMs: MAX_MS });
    expect(told.snapshots).toBeGreaterThan(50);
    expect(told.disturbed).toBeGreaterThan(20);
  },
);
