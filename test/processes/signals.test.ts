import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { datastoreEntry, leaseIsOver, openCliWorld, SHORT_LEASE, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

describe('a signal to flotilla run', () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = await openCliWorld({ latencyMs: 10 });
    await smallSource(world.openSource()).addNight();
  });
  afterEach(() => world.close());

  /** Calls when the target has been sent so many chunks. */
  function whenChunksArrived(count: number, act: () => void): void {
    let chunks = 0;
    world.onRequest = ({ bucket, operation, key }) => {
      if (bucket !== 'target' || operation !== 'PutObject' || !key.includes('/.chunks/')) return;
      chunks += 1;
      if (chunks === count) act();
    };
  }

  const startSlowly = () =>
    world.start(['run', 'daily', '--json', 'stopped.json', '--worker-threads', '2', '--transfers-in-flight', '2']);

  async function expectRestFollows(env: Record<string, string> = {}): Promise<void> {
    world.onRequest = () => undefined;
    world.s3.setFaults(undefined);
    const { code, stderr } = await world.run(['run', 'daily'], { env });
    expect({ code, waits: stderr.match(/waits for .+/g) }).toEqual({ code: 0, waits: null });
    expect(world.differences()).toEqual([]);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends it cleanly (%s): a report, no lock left behind, the next run goes on from there',
    async (signal) => {
      const process = startSlowly();
      whenChunksArrived(10, () => process.kill(signal));
      const end = await process.ended;
      expect(end).toMatchObject({ code: 1, signal: null });
      expect(end.stderr).toContain('stopping: what is under way is brought to a safe point; once more ends it at once');
      expect(end.stdout).toMatch(/^stopped in .+; the next run goes on from there/m);
      expect(await world.readReport('stopped.json')).toMatchObject({ state: 'stopped', failureCount: 0 });
      expect(world.differences()).not.toEqual([]);
      await expectRestFollows();
    },
  );

  it('a second time ends it at once, and the next run goes on when its lease is over', async () => {
    const process = world.start(['run', 'daily'], { env: SHORT_LEASE });
    // A provider that answers nothing any more: there is no safe point to come to.
    whenChunksArrived(10, () => {
      world.s3.setFaults(() => ({ kind: 'stall' }));
      process.kill('SIGINT');
    });
    await process.says('stopping:');
    // Two signals within a second are one: a terminal and a launcher may both have sent it.
    const again = setInterval(() => process.kill('SIGINT'), 300);
    expect(await process.ended.finally(() => clearInterval(again))).toMatchObject({ code: 130, signal: null });
    await leaseIsOver();
    await expectRestFollows(SHORT_LEASE);
  });

  it('ends it while it waits to try a failed request again', async () => {
    const datastores = [
      datastoreEntry(world.s3, 'main', 'source', { endpoint: 'http://127.0.0.1:9' }),
      datastoreEntry(world.s3, 'offsite', 'target'),
    ];
    await world.writeConfig('down.yaml', { datastores, jobs: [{ id: 'daily', source: 'main', target: 'offsite' }] });
    const process = world.start(['run', 'daily', '-c', 'down.yaml']);
    await process.says('did not work this time: STORE_UNREACHABLE: datastore main: LIST');
    process.kill('SIGINT');
    const { code, stdout } = await process.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^stopped in .+: nothing written; the next run goes on from there$/m);
  });

  it('that cannot be caught leaves a copy that is older, never torn, and the next run ends as if nothing had been', async () => {
    const process: CliProcess = world.start(['run', 'daily'], { env: SHORT_LEASE });
    whenChunksArrived(40, () => process.kill('SIGKILL'));
    expect(await process.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(world.differences().filter((line) => !line.endsWith(' is missing'))).toEqual([]);
    await leaseIsOver();
    await expectRestFollows(SHORT_LEASE);
  });
});
