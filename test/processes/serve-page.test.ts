import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { openCliWorld, SHORT_LEASE, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

/** Several processes, on a machine that may have other work. */
const PATIENCE_MS = 120_000;

describe('the page of flotilla serve', () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = await openCliWorld();
    await smallSource(world.openSource()).addNight();
  });
  afterEach(() => world.close());

  async function serve(...flags: string[]): Promise<{ service: CliProcess; url: string }> {
    const service = world.start(['serve', '--listen', '127.0.0.1:0', ...flags], { env: SHORT_LEASE });
    await service.says('serving 2 jobs that start by hand');
    return { service, url: /the page is at (\S+)\//.exec(service.log())![1]! };
  }

  /** Where the run is that was started with these options. */
  async function start(url: string, fields: Record<string, string>): Promise<string> {
    const token = /name="token" value="([^"]+)"/.exec(await (await fetch(`${url}/jobs/daily`)).text())![1]!;
    const body = new URLSearchParams({ token, request: 'once', ...fields });
    const answer = await fetch(`${url}/jobs/daily/run`, { method: 'POST', body, headers: { origin: url }, redirect: 'manual' });
    return answer.headers.get('location')!;
  }

  it(
    'starts a run that kill -9 does not lose: the next start of the service goes on with it, with its options',
    async () => {
      const first = await serve();
      const run = await start(first.url, { 'o.worker-threads': '2', 'o.rate-out': '400KB' });
      await first.service.says('start sync');
      first.service.kill('SIGKILL');
      await first.service.ended;

      const again = await serve();
      await again.service.says("sync job 'daily' end");
      const page = await (await fetch(again.url + run)).text();
      expect(page).toContain('The run');
      const report = await (await fetch(`${again.url}${run}/report`)).text();
      expect(report).toContain('worker-threads 2');
      expect(world.differences()).toEqual([]);
      again.service.kill('SIGTERM');
      expect(await again.service.ended).toMatchObject({ code: 0 });
    },
    PATIENCE_MS,
  );

  it(
    'ends with 2 at an address that is taken, and at one that others reach without a password; goes on without where nobody asked for it',
    async () => {
      const taken = createServer().listen(8980, '127.0.0.1');
      // Where something else of this machine has it already, that is as good.
      await Promise.race([once(taken, 'listening'), once(taken, 'error')]).catch(() => undefined);
      onTestFinished(() => void taken.close());
      const refused = await world.run(['serve', '--listen', '127.0.0.1:8980']);
      expect([refused.code, refused.stderr.includes('LISTEN_TAKEN')]).toEqual([2, true]);
      const open = await world.run(['serve', '--listen', '0.0.0.0:0']);
      expect([open.code, open.stderr.includes('PAGE_PASSWORD_MISSING')]).toEqual([2, true]);
      const service = world.start(['serve']);
      await service.says('goes on without its page');
      await service.says('serving 2 jobs');
      service.kill('SIGTERM');
      expect(await service.ended).toMatchObject({ code: 0 });
    },
    PATIENCE_MS,
  );
});
