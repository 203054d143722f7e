import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../lib/local/object-store/server.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { openServeWorld, type ServeWorld } from '../support/serve-world.ts';
import { smallSource } from '../support/source.ts';

describe('flotilla serve', () => {
  let world: ServeWorld;

  beforeEach(async () => {
    world = await openServeWorld(60);
    await smallSource(world.openSource()).addNight();
    await world.writeJobs([
      { id: 'nightly', source: 'main', target: 'offsite' },
      { id: 'chained', source: 'offsite', target: 'second', after: 'nightly' },
    ]);
  });
  afterEach(() => world.close());

  const serve = () => world.fast('serve');

  /** Resolves when a run of the job has ended, as the table says. */
  async function ended(job: string, count: number): Promise<void> {
    for (;;) {
      const runs = await world.runs(job);
      if (runs.filter(({ endedAt }) => endedAt !== undefined).length >= count) return;
      await world.pass(5_000);
    }
  }

  const chunkWritten = ({ operation, bucket, key }: RequestRecord) =>
    bucket === 'other' && operation === 'PutObject' && key.includes('/.chunks/');

  /** Kills the process at the moment of the `count`th chunk of the second site. */
  function killAt(process: () => CliProcess, count: number): void {
    let chunks = 0;
    world.onRequest = (request) => {
      if (!chunkWritten(request)) return;
      chunks += 1;
      if (chunks === count) process().kill('SIGKILL');
    };
  }

  it('follows a run that ended well, once, over kill -9 in the middle of its own', async () => {
    const first = serve();
    await first.says('serving 1 job: chained');
    await world.pass(60_000);
    killAt(() => first, 10);
    const nightly = await world.fast('run', 'nightly').ended;
    expect(nightly.code).toBe(0);
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(world.differences('other')).not.toEqual([]);

    const again = serve();
    await ended('chained', 1);
    again.kill('SIGTERM');
    const end = await again.ended;
    expect({ code: end.code, stderr: end.stderr }).toMatchObject({ code: 0 });
    expect(end.stderr).toContain('had not ended when the service did: it goes on');
    const runs = await world.runs('chained');
    expect(runs.map(({ state, afterRun }) => [state, afterRun?.split('/')[0]])).toEqual([['ok', 'nightly']]);
    expect(world.differences('other')).toEqual([]);
  });

  it('refuses to start beside another one on the same state folder', async () => {
    const first = serve();
    await first.says('serving 1 job');
    const second = await world.run(['serve']);
    expect(second.code).toBe(3);
    expect(second.stderr).toContain('SERVE_RUNNING: another flotilla serve is at work with');
    first.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0 });
  });
});
