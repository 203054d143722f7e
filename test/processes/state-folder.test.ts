import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The Node that a person has on this machine, as opposed to the one that the tests run on. */
function nodeOfMachine(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file)) ?? process.execPath;
}

describe('processes', () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = await openCliWorld();
    await smallSource(world.openSource()).addNight();
  });
  afterEach(() => world.close());

  /** Makes every PUT take so long that a run goes on until the plan is taken away; resolves at the first of them. */
  function slowDown(): Promise<void> {
    return new Promise((resolve) => {
      world.s3.setFaults(({ method }) => {
        if (method !== 'PUT') return undefined;
        resolve();
        return { kind: 'delay', ms: 1500 };
      });
    });
  }

  it('of two jobs share one state folder at once, and both end well', async () => {
    const ends = await Promise.all([world.run(['run', 'daily']), world.run(['run', 'weekly'])]);
    expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
    expect(world.differences('target')).toEqual([]);
    expect(world.differences('other')).toEqual([]);
  });

  it('of one job take turns: the second waits, the third is skipped with 3', async () => {
    const atWork = slowDown();
    const first = world.start(['run', 'daily']);
    await atWork;
    const second = world.start(['run', 'daily']);
    await second.says('waits for its turn: run ');
    const third = await world.run(['run', 'daily']);
    expect(third.code).toBe(3);
    expect(third.stdout).toMatch(/^skipped: run .+ is at work, and .+ waits already$/m);
    // Who waits can be sent away.
    second.kill('SIGINT');
    expect((await second.ended).stdout).toMatch(/^stopped in .+: nothing written; the next run goes on from there$/m);
    world.s3.setFaults(undefined);
    expect((await first.ended).code).toBe(0);
    expect(world.differences()).toEqual([]);
  });

  it('go on when who read their output has gone', async () => {
    const process = world.start(['run', 'daily']);
    process.child.stdout?.destroy();
    process.child.stderr?.destroy();
    expect(await process.ended).toMatchObject({ code: 0, signal: null });
    expect(world.differences()).toEqual([]);
  });

  describe('started by the launcher, on the Node that the machine has,', () => {
    const command = [nodeOfMachine(), join(ROOT, 'bin/flotilla.js')] as const;

    it('do the same and end the same', async () => {
      const { code, stdout } = await world.run(['check'], { command });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^flotilla\.yaml: valid, 3 datastores, 2 jobs$/m);
      expect(await world.run(['run', 'dayly'], { command })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('JOB_UNKNOWN') as unknown,
      });
    });

    it('are stopped by a signal to it', async () => {
      const atWork = slowDown();
      const process = world.start(['run', 'daily'], { command });
      await atWork;
      process.kill('SIGTERM');
      await process.says('stopping:');
      world.s3.setFaults(undefined);
      const { code, stdout } = await process.ended;
      expect(code).toBe(1);
      expect(stdout).toMatch(/^stopped in .+ the next run goes on from there/m);
    });
  });
});
