import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { openServeWorld, type ServeWorld } from '../support/serve-world.ts';
import { smallSource } from '../support/source.ts';

/** Several processes, on a machine that may have other work. */
const PATIENCE_MS = 180_000;

const JOBS = [
  { id: 'nightly', source: 'main', target: 'offsite', trigger: 'on-backup', settle: '0s' },
  { id: 'chained', source: 'offsite', target: 'second', after: 'nightly' },
];

describe('flotilla serve', () => {
  let world: ServeWorld;

  beforeEach(async () => {
    world = await openServeWorld(1);
    await smallSource(world.openSource()).addNight();
    await world.writeJobs(JOBS);
  });
  afterEach(() => world.close());

  /** Kills the service when so many chunks have come to the second site. */
  function killAtChunk(count: number, service: CliProcess): void {
    let chunks = 0;
    world.onRequest = ({ operation, bucket, key }) => {
      if (bucket !== 'other' || operation !== 'PutObject' || !key.includes('/.chunks/')) return;
      chunks += 1;
      if (chunks === count) service.kill('SIGKILL');
    };
  }

  it(
    'copies what was backed up and what follows it, each in one run, over kill -9 in the middle; refuses a second one; reads its configuration again',
    async () => {
      const first = world.start(['serve', '--no-page']);
      killAtChunk(10, first);
      expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
      expect(world.differences('target')).toEqual([]);
      expect(world.differences('other')).not.toEqual([]);

      const again = world.start(['serve', '--no-page']);
      await again.says('had not ended when the service did: it goes on');
      const second = await world.run(['serve']);
      expect({ code: second.code, stderr: second.stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('SERVE_RUNNING: another flotilla serve is at work with') as string,
      });
      await world.writeConfig('flotilla.yaml', 'jobs: 3');
      again.kill('SIGHUP');
      await again.says('goes on with the configuration as it was: the configuration flotilla.yaml cannot be used');
      await world.writeJobs([...JOBS, { id: 'third', source: 'main', target: 'third', schedule: 'yearly' }]);
      again.kill('SIGHUP');
      await again.says('serving 3 jobs: nightly, chained, third');
      await again.says("chained: sync job 'chained' end");
      again.kill('SIGTERM');
      expect(await again.ended).toMatchObject({ code: 0 });

      const [nightly, chained] = [await world.runs('nightly'), await world.runs('chained')];
      expect(nightly.map(({ state, pendingOnly }) => [state, pendingOnly])).toEqual([['ok', true]]);
      expect(chained.map(({ state, afterRun }) => [state, afterRun])).toEqual([['ok', `nightly/${String(nightly[0]?.id)}`]]);
      expect(world.differences('other')).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'refuses a configuration in which nothing starts by itself, unless it has its page',
    async () => {
      await world.writeJobs([{ id: 'nightly', source: 'main', target: 'offsite' }]);
      const { code, stderr } = await world.run(['serve', '--no-page']);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('NOTHING_TO_SERVE') as string });
      const service = world.start(['serve', '--listen', '127.0.0.1:0']);
      await service.says('serving 1 job that starts by hand');
      service.kill('SIGTERM');
      expect(await service.ended).toMatchObject({ code: 0 });
    },
    PATIENCE_MS,
  );
});
