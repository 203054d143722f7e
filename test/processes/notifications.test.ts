import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { openReceiver, type Answer, type Receiver } from '../support/receiver.ts';
import { smallSource } from '../support/source.ts';

const WRONG_KEYS = { env: { TEST_SECRET_ACCESS_KEY: 'wrong' } };

describe('notifications of runs on one machine', () => {
  let world: CliWorld;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    world = await openCliWorld();
    await smallSource(world.openSource()).addNight();
  });
  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.close()));
    await world.close();
  });

  /** A configuration whose targets are webhooks with these answers. */
  async function configure(name: string, ...answers: Answer[]): Promise<Receiver> {
    const receiver = await openReceiver(...answers);
    receivers.push(receiver);
    const before = parse(readFileSync(join(world.folder, 'flotilla.yaml'), 'utf8')) as object;
    const targets = [
      { id: 'ops', type: 'webhook', url: `${receiver.url}/hook`, 'signing-secret': 'env:SIGNING' },
      { id: 'mail', type: 'email', to: ['a@example.com'] },
    ];
    await world.writeConfig(name, { ...before, notify: { targets } });
    return receiver;
  }

  const titles = ({ received }: Receiver): string[] => received.map(({ body }) => (JSON.parse(body) as { title: string }).title);
  const env = { SIGNING: 'secret' };

  it('an outage of three nights is two messages, and the run ends as it would without them', async () => {
    const receiver = await configure('outage.yaml');
    const run = ['run', 'daily', '-c', 'outage.yaml', '--state', 'outage'];
    expect((await world.run(run, { env })).code).toBe(0);
    for (let night = 0; night < 3; night++) expect((await world.run(run, { env: { ...env, ...WRONG_KEYS.env } })).code).toBe(2);
    const { code, stderr } = await world.run(run, { env });
    expect(code).toBe(0);
    expect(stderr).toContain('target mail is of type email, which only a deployed Flotilla sends');
    expect(titles(receiver)).toEqual([
      expect.stringMatching(/^daily failed: the copy is .* behind at most$/),
      expect.stringMatching(/^daily is well again after .*: the copy is up to date$/),
    ]);
    expect(receiver.received[1]!.body).toContain('3 runs ended badly; all that was missed is copied now.');
    expect(receiver.received[1]!.headers['webhook-signature']).toMatch(/^v1,/);
  });

  it('what could not be sent is a warning, changes no exit code, and is tried again later', async () => {
    const receiver = await configure('refused.yaml', { status: 403, body: 'no' });
    const run = ['run', 'weekly', '-c', 'refused.yaml', '--state', 'refused'];
    const { code, stderr } = await world.run(run, { env: { ...env, ...WRONG_KEYS.env } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/notification .* to ops could not be sent and is tried again at .*: HTTP 403: no/);
    expect(receiver.received).toHaveLength(1);
  });

  it('notify --test tells how each target is reached', async () => {
    const receiver = await configure('test.yaml', { status: 200 }, { status: 404, body: 'no such hook' });
    const notify = (...args: string[]) => world.run(['notify', '-c', 'test.yaml', ...args], { env });
    const all = await notify('--test');
    expect(all).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ok {8}ops \(webhook\)\nnot here {2}mail \(email\): /) as string,
    });
    const one = await notify('--test', 'ops');
    expect(one).toMatchObject({ code: 1, stdout: 'failed    ops (webhook): HTTP 404: no such hook\n' });
    expect(titles(receiver)[0]).toBe('Flotilla test: ops is reached');
    const unknown = await notify('--test', 'op');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('TARGET_UNKNOWN') as string });
  });
});
