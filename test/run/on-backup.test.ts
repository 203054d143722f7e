import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import { parseJob } from '../../lib/config/job-document.ts';
import { openSince, pollWritten } from '../../lib/sync/written-groups.ts';
import type { WrittenRecord } from '../../lib/sync/written-record.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects, smallSource, type SmallSource } from '../support/source.ts';

describe('a run that is started by backups', () => {
  let cloud: TestCloud;
  let from: DatastoreLocation;
  let to: DatastoreLocation;
  let source: SmallSource;

  beforeEach(async () => {
    cloud = await startTestCloud();
    [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    source = smallSource(cloud.open(from));
    await source.addNight();
  });
  afterEach(() => cloud.close());

  const job = (options: object = {}) => cloud.job(from, to, options);
  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  const missing = () => differences(objects('source'), objects('target'));
  const poll = (options: object = {}) =>
    pollWritten(
      cloud.cloud.services.openWorker(
        parseJob(job(options)),
        { id: 'poll', startedAt: new Date().toISOString() },
        { getRemainingTimeInMillis: () => Infinity },
      ),
    );
  async function written(): Promise<WrittenRecord[]> {
    const found: WrittenRecord[] = [];
    for await (const record of cloud.cloud.store.listWritten('nightly')) found.push(record);
    return found;
  }
  const states = async () => (await written()).map(({ group, state }) => `${group.name} ${state}`).toSorted();
  /** How many groups wait for a run. */
  const open = async () => (await openSince({ ...cloud.cloud.services, job: parseJob(job()), now: () => Date.now() })).length;
  /** The input that the pipe gives: keys of manifests below the datastore's prefix. */
  const events = (pattern: RegExp) =>
    [...objects('source').keys()].filter((key) => pattern.test(key)).map((key) => ({ key: `main/${key}`, etag: '"1"' }));

  it('copies all that a poll has heard of, and then only what is new', async () => {
    await poll();
    expect(await states()).toHaveLength(source.groups);
    const first = await cloud.run(job(), { 'pending-only': true });
    expect(first).toMatchObject({ state: 'ok', snapshots: { copied: source.groups } });
    expect(missing()).toEqual([]);
    expect((await states()).filter((state) => !state.endsWith('settled'))).toEqual([]);

    await source.addOne();
    await poll();
    cloud.requests.length = 0;
    const second = await cloud.run(job(), { 'pending-only': true });
    expect(second).toMatchObject({ state: 'ok', groups: { total: 1, ok: 1 }, snapshots: { copied: 1 } });
    const listed = cloud.requests.filter(({ operation, bucket }) => operation === 'ListObjectsV2' && bucket === 'source');
    expect(listed.length).toBeLessThan(4);
    expect(missing()).toEqual([]);
  });

  it('takes the groups that the events of the bucket name, makes their namespaces, and leaves the others alone', async () => {
    const report = await cloud.run(job(), events(/prod\/ns\/db\/.*index\.json\.blob$/));
    expect(report).toMatchObject({ state: 'ok', groups: { total: 2, ok: 2 }, snapshots: { copied: 2 } });
    expect(missing().every((line) => !line.includes('/db/') || line.includes('.chunks'))).toBe(true);
    expect(missing()).not.toEqual([]);
    expect(await states()).toEqual(['ct/301 settled', 'host/pg1 settled']);
  });

  it('hears nothing in events of other objects, of other prefixes and of groups that the job leaves out', async () => {
    const others = [
      ...events(/\.fidx$/),
      { key: 'elsewhere/.cnt/vm/100/2026-11-01T01:00:00Z/index.json.blob', etag: 'a' },
      ...events(/vm\/100\/.*index\.json\.blob$/),
    ];
    const report = await cloud.run(job({ 'group-filter': ['type:ct'] }), others);
    expect(report).toMatchObject({ state: 'skipped' });
    expect(await states()).toEqual([]);
  });

  it('has nothing to do when another run has taken up what was written', async () => {
    const input = events(/vm\/100\/.*index\.json\.blob$/);
    expect(await cloud.run(job(), input)).toMatchObject({ state: 'ok' });
    expect(await cloud.run(job(), input)).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('taken up') as string,
    });
  });

  it('hears of what was written once, however often a run asks for its turn', async () => {
    const { store } = cloud.cloud;
    const group = { namespace: '', name: 'vm/100' };
    const run = { job: 'nightly', id: 'asks-again', startedAt: new Date().toISOString() };
    await store.saveRun({ ...run, state: 'waiting', pendingOnly: true });
    await store.addWritten('nightly', { group, marker: 'newer' }, Date.now());
    await cloud.cloud.run({ job: job(), overrides: events(/vm\/100\/.*index\.json\.blob$/), run });
    expect(await written()).toMatchObject([{ group, marker: 'newer', state: 'settled' }]);
  });

  it('leaves a group whose sync failed to the next one', async () => {
    await poll();
    cloud.s3.setFaults(({ bucket, operation, key }) =>
      bucket === 'source' && operation === 'GetObject' && /vm\/100\/.*\.fidx$/.test(key)
        ? { kind: 'corrupt', offset: 4100 }
        : undefined,
    );
    const failed = await cloud.run(job(), { 'pending-only': true });
    expect(failed.state).not.toBe('ok');
    expect(await states()).toContain('vm/100 taken');
    expect(await open()).toBe(1);
    cloud.s3.setFaults(undefined);
    expect(await cloud.run(job(), { 'pending-only': true })).toMatchObject({ state: 'ok' });
    expect(missing()).toEqual([]);
    expect((await states()).filter((state) => !state.endsWith('settled'))).toEqual([]);
  });

  it('leaves all that it took to the next one when it fails as a whole', async () => {
    await poll();
    cloud.s3.setFaults(({ bucket, operation }) =>
      bucket === 'target' && operation === 'ListObjectsV2' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined,
    );
    expect(await cloud.run(job({ 'target-in-use': 'allow' }), { 'pending-only': true })).toMatchObject({ state: 'failed' });
    expect(await open()).toBe(source.groups);
  });

  it('takes what a run had taken that died, and nothing that one has which is still at work', async () => {
    const { store } = cloud.cloud;
    await poll();
    const other = { job: 'nightly', id: 'other', startedAt: new Date().toISOString() };
    const asker = { ...other, order: '0', overlap: 'parallel', queueDepth: 1 } as const;
    await store.askTurn(asker, Date.now(), 60_000);
    await store.beginWork(other);
    for (const record of await written()) {
      if (record.group.name === 'vm/100') await store.moveWritten('nightly', record, 'taken', 'other');
      if (record.group.name === 'ct/301') await store.moveWritten('nightly', record, 'taken', 'died');
    }
    const beside = await cloud.run(job({ overlap: 'parallel' }), { 'pending-only': true });
    expect(beside).toMatchObject({ state: 'ok', groups: { total: source.groups - 1 } });
    expect((await states()).filter((state) => !state.endsWith('settled'))).toEqual(['vm/100 taken']);
    expect(await open()).toBe(0);
    await store.releaseTurn(other);
    expect(await open()).toBe(1);
    expect(await cloud.run(job(), { 'pending-only': true })).toMatchObject({ state: 'ok', groups: { total: 1 } });
    expect(missing()).toEqual([]);
  });

  it('leaves nothing behind when it is asked for by the clock and nothing is open', async () => {
    const run = { job: 'nightly', id: 'look', startedAt: new Date().toISOString() };
    const look = () => cloud.cloud.run({ job: job(), overrides: { 'pending-only': true }, run });
    expect(await look()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await cloud.cloud.store.loadRun(run)).toBeUndefined();
    await poll();
    expect(await look()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await cloud.cloud.store.loadRun(run)).toMatchObject({ state: 'ok' });
  });

  it('removes nothing, since it sees a part of the source only', async () => {
    await cloud.run(job());
    await poll();
    await source.addOne();
    await poll();
    const report = await cloud.run(job({ 'remove-vanished': true }), { 'pending-only': true });
    expect(report).toMatchObject({ state: 'ok' });
    expect(report.removed).toBeUndefined();
  });

  it('says what a list of something else should be', async () => {
    const report = await cloud.run(job(), [{ object: 'x' }]);
    expect(report).toMatchObject({ state: 'failed', failures: [{ code: 'OVERRIDES_INVALID' }] });
  });
});
