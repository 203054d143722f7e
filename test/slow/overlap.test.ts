import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isListing, isUpload, openOverlapWorld, type OverlapWorld } from '../support/overlap-world.ts';

describe('runs of one job', () => {
  let world: OverlapWorld;
  beforeEach(async () => {
    world = await openOverlapWorld();
  });
  afterEach(() => world.close());

  it.each(['queue', 'parallel'] as const)('wait for the planning of the one before: %s', async (overlap) => {
    const { first, second } = await world.overlapped(isListing, world.job({ overlap }));
    expect([first.state, second.state]).toEqual(['ok', 'ok']);
    expect(world.says('waits for its turn: run run-1 of this job is at work')).toBe(true);
    world.expectCopied();
  });

  it('are not run, which is recorded: skip', async () => {
    const { first, second } = await world.overlapped(isUpload, world.job({ overlap: 'skip' }));
    expect([first.state, second.state, second.reason]).toEqual(['ok', 'skipped', 'run run-1 is at work']);
    expect((await world.records())[1]).toMatchObject({ state: 'skipped', message: 'skipped: run run-1 is at work' });
    world.expectCopied();
  });

  it('wait up to queue-depth, in the order of their ticks, and each of the others says why it was skipped', async () => {
    const begun = world.slow(isUpload);
    const document = world.job({ 'queue-depth': 2 });
    const first = world.run(document);
    await begun;
    const reports = [];
    for (const [at, hour] of ['05', '03', '04', '01', '02'].entries()) {
      const run = world.run(document, { 'scheduled-time': `2026-11-01T${hour}:00:00Z` });
      reports.push(run);
      while ((await world.records()).length < at + 2) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ended = await Promise.all([first, ...reports]);
    const states = ended.map(({ state, reason }) => reason ?? state);
    const full = 'run run-1 is at work, and run-3, run-2 wait already';
    expect(states).toEqual(['ok', 'ok', 'ok', full, full, full]);
    const order = ended.slice(0, 3).toSorted((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt));
    expect(order.map(({ id }) => id)).toEqual(['run-1', 'run-3', 'run-2']);
  });
});
