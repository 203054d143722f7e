import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_NAMES } from '../../lib/local/state-machine/shared-names.ts';
import { openLocalTable } from '../../lib/local/table/open.ts';
import { datastoreEntry, openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

describe('the commands that only look', () => {
  let world: CliWorld;

  beforeAll(async () => {
    world = await openCliWorld();
    const source = smallSource(world.openSource());
    await source.addNight();
    expect((await world.run(['run', 'daily'])).code).toBe(0);
    await source.addOne();
  });
  afterAll(() => world.close());

  /** Every item of the table in the state folder. */
  async function readTable(): Promise<unknown[]> {
    const table = await openLocalTable(join(world.folder, '.flotilla', 'table'), SHARED_NAMES.table);
    const { endpoint, region, credentials } = table;
    const client = new DynamoDBClient({ endpoint, region, credentials });
    const { Items = [] } = await DynamoDBDocumentClient.from(client).send(new ScanCommand({ TableName: table.name }));
    client.destroy();
    await table.close();
    return Items;
  }

  const target = () => readObjects(world.bucketFolder('target'), 'main');

  it('plan: prints what a run would do, and changes neither the target nor the table', async () => {
    const before = { objects: target(), table: await readTable() };
    const { code, stdout, stderr } = await world.run(['plan', 'daily']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\[vm\/100\]: 2026-11-02T13:00:00Z: copy/m);
    expect(stdout).toMatch(/^6 groups on the source, 1 group with work, 1 snapshot to sync; nothing was changed$/m);
    expect(before.table).not.toEqual([]);
    expect(await readTable()).toEqual(before.table);
    expect(differences(before.objects, target())).toEqual([]);
  });

  it('plan: begins with the limits that hold, those of the configuration and of this run', async () => {
    const rates = {
      'rate-out': '1 MiB',
      timetable: [{ timeframe: 'mon..fri 8-18', 'rate-in': '5 MiB' }],
      timezone: 'Europe/Berlin',
    };
    await world.writeConfig('limits.yaml', {
      datastores: [
        datastoreEntry(world.s3, 'main', 'source', { rate: '50 MiB', 'get-rate-limit': 500 }),
        datastoreEntry(world.s3, 'offsite', 'target'),
      ],
      jobs: [{ id: 'daily', source: 'main', target: 'offsite', ...rates }],
      settings: { 'max-worker-threads': 2 },
    });
    const given = ['--rate-out', '3 MiB', '--burst-out', '30 MiB', '--start-batch-period', '5', '--transfers-in-flight', '8'];
    const { code, stdout } = await world.run(['plan', 'daily', '-c', 'limits.yaml', ...given]);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      'worker-threads 2, lowered from 4 by max-worker-threads, transfers-in-flight 8: 2 groups at once, at most 16 transfers in all',
      'start-batch-size 10: at most 10 groups start in any 5 s, over all runs on the target',
      'rate-in of job daily: no limit, mon..fri 8-18 5 MiB/s (Europe/Berlin)',
      'rate of datastore main: 50 MiB/s',
      'get-rate-limit of datastore main: 500 requests/s',
      'rate-out of job daily: 3 MiB/s after a burst of 30 MiB',
    ]);
  });

  it('plan: shows each namespace that is missing once', async () => {
    const { stdout } = await world.run(['plan', 'weekly']);
    expect(stdout.match(/^create namespace .+$/gm)).toEqual(['create namespace prod', 'create namespace prod/db']);
    expect(stdout).toMatch(/7 snapshots to sync; nothing was changed$/m);
  });

  it('list: shows namespaces, groups with their owners, snapshots with size and protection', async () => {
    const { code, stdout } = await world.run(['list', 'offsite']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^namespace prod\/db$/m);
    expect(stdout).toMatch(/^vm\/1000 {2}owner backup@pbs$/m);
    expect(stdout).toMatch(/^prod\/vm\/300 {2}owner backup@pbs\n {2}2026-11-01T03:00:00Z {2}1\.25 MiB .+ protected$/m);
    expect(stdout).toMatch(/^ct\/201 .+\n {2}.+a note$/m);
  });

  it('list: knows its datastores', async () => {
    const { code, stderr } = await world.run(['list', 'ofsite']);
    expect(code).toBe(2);
    expect(stderr).toContain('DATASTORE_UNKNOWN: there is no datastore "ofsite": the configuration has main, offsite, second');
  });

  describe('check', () => {
    const jobs = [{ id: 'daily', source: 'main', target: 'offsite' }];
    const configure = (name: string, members: object) =>
      world.writeConfig(name, {
        datastores: [datastoreEntry(world.s3, 'main', 'source'), datastoreEntry(world.s3, 'offsite', 'target', members)],
        jobs,
      });

    it('is content when all is there, and leaves nothing behind', async () => {
      const before = target();
      const { code, stdout } = await world.run(['check']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^flotilla\.yaml: valid, 3 datastores, 2 jobs$/m);
      expect(stdout.match(/^ {2}ok /gm)).toHaveLength(1 + 4 + 4);
      expect(differences(before, target())).toEqual([]);
    });

    it('says that a key is wrong, for each datastore', async () => {
      const { code, stdout } = await world.run(['check'], { env: { TEST_SECRET_ACCESS_KEY: 'wrong' } });
      expect(code).toBe(2);
      expect(stdout.match(/^ {2}failed {2}list and read: .+the secret key does not belong to the access key/gm)).toHaveLength(3);
    });

    it('says that keys are missing, for each datastore', async () => {
      const { code, stdout } = await world.run(['check'], { env: { TEST_SECRET_ACCESS_KEY: '' } });
      expect(code).toBe(2);
      expect(stdout.match(/^ {2}failed {2}.+TEST_SECRET_ACCESS_KEY/gm)).toHaveLength(3);
    });

    it('says that a bucket is missing', async () => {
      await configure('bucket.yaml', { bucket: 'not-there' });
      const { code, stdout } = await world.run(['check', '-c', 'bucket.yaml']);
      expect(code).toBe(2);
      expect(stdout).toMatch(/^ {2}failed {2}list and read: datastore offsite: .*bucket not-there.*NoSuchBucket/m);
    });

    it('says that an endpoint cannot be reached', async () => {
      await configure('endpoint.yaml', { endpoint: 'http://127.0.0.1:9' });
      const { code, stdout } = await world.run(['check', '-c', 'endpoint.yaml']);
      expect(code).toBe(2);
      expect(stdout).toMatch(/^ {2}failed {2}list and read: datastore offsite: .*ECONNREFUSED/m);
      expect(stdout).toMatch(/^ {2}ok {6}list and read: a backup datastore is there$/m);
    });

    it('takes keys that may not delete where no job does', async () => {
      const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
      world.s3.setFaults(({ operation }) => (operation.startsWith('Delete') ? denied : undefined));
      const { code, stdout } = await world.run(['check']).finally(() => world.s3.setFaults(undefined));
      expect(code).toBe(0);
      expect(
        stdout.match(/^ {2}no {6}remove \(only remove-vanished needs it, which no job here has\): .+s3:DeleteObject/gm),
      ).toHaveLength(2);
    });
  });
});
