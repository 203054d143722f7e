import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { datastoreEntry, openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { startCloudFormation, type CloudFormation } from '../support/cloud-formation.ts';
import { smallSource } from '../support/source.ts';

describe('the commands about schedules', () => {
  let world: CliWorld;
  let formation: CloudFormation;

  beforeAll(async () => {
    world = await openCliWorld();
    formation = await startCloudFormation(() => ({ outputs: { TableName: 'deployed', ControlBucketName: 'control' } }));
    await smallSource(world.openSource()).addNight();
    await world.writeConfig('timed.yaml', {
      datastores: datastores(),
      jobs: [
        {
          ...{ id: 'daily', source: 'main', target: 'offsite', timezone: 'Europe/Berlin', 'not-before': '1:00', jitter: '5m' },
          schedule: [{ at: '2:30' }, { name: 'often', every: '50m', overrides: { verify: 'crc' } }],
        },
      ],
    });
  });
  afterAll(async () => {
    await formation.close();
    await world.close();
  });

  const datastores = () => [datastoreEntry(world.s3, 'main', 'source'), datastoreEntry(world.s3, 'offsite', 'target')];
  const timed = (...args: string[]) => world.run([...args, '-c', 'timed.yaml']);

  it('schedule: tells the times in words, the next ten of them, and the expressions', async () => {
    const { code, stdout } = await timed('schedule', 'daily');
    expect(code).toBe(0);
    expect(stdout).toContain('daily, main: at 02:30, Europe/Berlin, between 01:00 and 23:59, up to 5m later');
    // There is no 02:30 in the night in which summer time begins.
    expect(stdout.split('daily, often')[0]?.match(/ (?:02:30 CES?T|03:00 CEST) /g)).toHaveLength(10);
    expect(stdout).toContain('its times are meant (Europe/Berlin): cron(30 2 * * ? *), cron(0 3 ? 3 1 *)');
    expect(stdout).toContain('with {"verify":"crc"}');
  });

  it('schedule: tells machines the same', async () => {
    const [main, often, ...more] = JSON.parse((await timed('schedule', '--json')).stdout) as {
      readonly next: readonly { readonly utc: string }[];
    }[];
    expect(main).toMatchObject({ job: 'daily', name: 'main', text: '2:30', timezone: 'Europe/Berlin', exact: false });
    expect(often).toMatchObject({ name: 'often', text: 'every 50m', expressionsTimezone: 'UTC', overrides: { verify: 'crc' } });
    expect(often?.next.every(({ utc }) => Date.parse(utc) % (50 * 60_000) === 0)).toBe(true);
    expect(more).toEqual([]);
  });

  it('schedule: says of a job without one that it has none', async () => {
    expect((await world.run(['schedule'])).stdout).toContain('daily: no schedule');
  });

  it('suspend: scheduled runs are skipped with its reason until resume, others go', async () => {
    const job = { id: 'often', source: 'main', target: 'offsite', schedule: [{ every: '50m' }] };
    await world.writeConfig('often.yaml', { datastores: datastores(), jobs: [job] });
    const often = (command: string, ...args: string[]) => world.run([command, 'often', ...args, '-c', 'often.yaml']);
    const { stdout } = await often('suspend', '--reason', 'disks are swapped', '--until', '8h');
    expect(stdout).toMatch(/^job often is suspended until \d{4}-/);
    const latest = new Date(Math.floor(Date.now() / (50 * 60_000)) * 50 * 60_000);
    const tick = ['--schedule-name', 'main', '--scheduled-time', latest.toISOString()];
    const skipped = await often('run', ...tick);
    expect(skipped.code).toBe(3);
    expect(skipped.stderr).toMatch(/skipped: suspended since .*: disks are swapped/);
    const byHand = await often('run', '--dry-run');
    expect(byHand.code).toBe(0);
    expect(byHand.stderr).toContain('goes by hand, though its job is suspended since');
    expect((await often('resume')).stdout).toContain('job often is resumed, suspended since');
    expect((await often('resume')).stdout).toContain('job often is not suspended');
    expect((await often('run', ...tick)).code).toBe(0);
  });

  it('suspend: all jobs at once, apart from each', async () => {
    expect((await timed('suspend', '--all')).code).toBe(0);
    expect((await timed('resume', 'daily')).stdout).toContain('all jobs are still suspended');
    expect((await timed('suspend', 'daily')).code).toBe(0);
    const { stdout } = await timed('resume', '--all');
    expect(stdout).toContain('all jobs are resumed');
    expect(stdout).toMatch(/job daily is still suspended since \S+: flotilla resume daily/);
    expect((await timed('resume', 'daily')).stdout).not.toContain('still suspended');
  });

  it('suspend, resume: a deployed system, whose next tick makes up for what was missed', async () => {
    const table = await openMemoryTable('deployed');
    const env = { ...table.environment, ...formation.environment };
    const deployed = (...args: string[]) => world.run([...args, '-c', 'timed.yaml', '--deployed'], { env });
    expect((await deployed('suspend', 'daily')).code).toBe(0);
    const store = openRunStore({ table: 'deployed', environment: table.environment });
    expect(await store.loadSuspension('daily')).toHaveProperty('since');
    const schedule = { times: '2:30 Europe/Berlin 01:00-23:59', served: '2026-11-01T01:30:00Z', run: 'run-1' };
    await store.saveTick('daily', 'main', schedule, undefined);
    expect((await deployed('suspend', '--all')).code).toBe(0);
    const { stdout: held } = await deployed('resume', 'daily');
    expect(held).toContain('all jobs are still suspended');
    expect(held).not.toContain('schedule-name');
    const { stdout } = await deployed('resume', '--all');
    expect(stdout).toMatch(/its next one serves both, or start Flotilla-daily now with .*"schedule-name":"main"/);
    expect(await store.loadSuspension('daily')).toBeUndefined();
    await table.close();
  });

  it('resume: tells of groups that were backed up meanwhile, and when they are copied', async () => {
    const table = await openMemoryTable('deployed');
    const env = { ...table.environment, ...formation.environment };
    const job = { id: 'following', source: 'main', target: 'offsite', trigger: 'on-backup' };
    await world.writeConfig('following.yaml', { datastores: datastores(), jobs: [job] });
    const resume = () => world.run(['resume', 'following', '-c', 'following.yaml', '--deployed'], { env });
    expect((await resume()).stdout).not.toContain('not copied yet');
    const store = openRunStore({ table: 'deployed', environment: table.environment });
    const written = { group: { namespace: '', name: 'vm/100' }, marker: 'monday 1' };
    await store.addWritten('following', written, Date.now());
    expect((await resume()).stdout).toContain(
      'following: 1 group with backups that are not copied yet: a run for them starts within the hour, or start Flotilla-following now',
    );
    await table.close();
  });

  it.each([
    [['suspend'], 'name one job'],
    [['suspend', 'daily', '--all'], 'name one job'],
    [['resume', 'weekly'], 'there is no job "weekly"'],
    [['suspend', 'daily', '--until', 'monday'], '--until monday is no time to come'],
    [['suspend', 'daily', '--until', '2020-01-01T00:00:00Z'], 'is no time to come'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await timed(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
