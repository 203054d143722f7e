import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { ctSnapshot, DatastoreBuilder } from '../support/datastore-builder.ts';

describe('list', () => {
  let world: CliWorld;

  beforeAll(async () => {
    world = await openCliWorld();
    const builder = new DatastoreBuilder(world.openSource(), { seed: 'notes' });
    const notes = '\u001b]0;owned\u0007before\u001b[2J\u009b31m\rä → after\nsecond line';
    await builder.addSnapshot(ctSnapshot({ id: '201', time: 1_793_500_000, notes }, 64 * 1024));
  });
  afterAll(() => world.close());

  it('shows the first line of notes without what would command the terminal', async () => {
    const { code, stdout } = await world.run(['list', 'main']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}20.+ {2} ?\]0;owned before \[2J 31m ä → after$/m);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
