import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

/** Several processes, on a machine that may have other work. */
const PATIENCE_MS = 180_000;

describe('the commands about runs', () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = await openCliWorld({ latencyMs: 60 });
    await smallSource(world.openSource()).addNight();
  });
  afterEach(() => world.close());

  it(
    'see what another process does, and end it at a safe point, from which the next run goes on',
    async () => {
      const slowly = ['--worker-threads', '1', '--transfers-in-flight', '1'];
      const running = world.start(['run', 'daily', ...slowly]);
      await running.says('Found 6 groups');
      const status = await world.run(['status']);
      expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 jobs: 1 at work\n/) as string });
      expect(status.stdout).toMatch(/daily +never ran +\S+ .*groups \d\/6/);

      const stop = await world.run(['stop', 'daily']);
      expect(stop).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^run \S+ of job daily ended \S+: stopped in /m) as string,
      });
      expect(await running.ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^stopped in /m) as string });
      expect(world.differences()).not.toEqual([]);

      expect((await world.run(['run', 'daily'])).code).toBe(0);
      expect(world.differences()).toEqual([]);
      const { runs } = JSON.parse((await world.run(['history', 'daily', '--json'])).stdout) as {
        runs: { run: string; state: string }[];
      };
      expect(runs.map(({ state }) => state)).toEqual(['ok', 'stopped']);
      const shown = await world.run(['show', runs[1]?.run ?? '']);
      expect(shown.stdout).toMatch(/^Report: .*\/report\.html$/m);
      expect((await world.run(['status', '--check'])).code).toBe(0);
    },
    PATIENCE_MS,
  );

  it('say what they do not know', async () => {
    const { code, stderr } = await world.run(['show', 'nothing']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('RUN_UNKNOWN') as string });
  });
});
