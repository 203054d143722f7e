import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import { CLOCK_SKEW_MS } from '../../lib/sync/overlap/clocks.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { targetPlace } from '../../lib/sync/target-place.ts';
import { findEarly, timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

const LEASE_MS = 120_000;

describe('two runs that write the same groups', () => {
  let requests: TimedRequest[];
  let cloud: TestCloud;
  let from: DatastoreLocation;
  let to: DatastoreLocation;
  let onRequest: (request: TimedRequest) => void;

  beforeEach(async () => {
    requests = [];
    onRequest = () => undefined;
    cloud = await startTestCloud({
      latencyMs: 8,
      onRequest: (record) => {
        const request = timed(record);
        requests.push(request);
        onRequest(request);
      },
    });
    [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
  });
  afterEach(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  const written = () =>
    requests.filter(({ bucket, operation, status }) => bucket === 'target' && operation === 'PutObject' && status === 200);

  it('wait for each other group by group, and write nothing twice', async () => {
    const source = smallSource(cloud.open(from));
    await source.addNight();
    await source.addNight();
    requests.length = 0;
    const reports = await Promise.all(['first', 'second'].map((id) => cloud.run(cloud.job(from, to, { id }))));

    expect(cloud.log.filter((line) => line.includes('waits for its lock, held by'))).not.toEqual([]);
    expect(reports.map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect(reports.map(({ snapshots }) => snapshots.copied).reduce((sum, copied) => sum + copied)).toBe(2 * source.groups);
    const keys = written()
      .map(({ key }) => key)
      .filter((key) => !key.endsWith('/.namespace'));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    expect(findEarly(requests, 'main', objects('target'))).toEqual([]);
    expect(differences(objects('source'), objects('target'))).toEqual([]);
  });

  describe('on one group', () => {
    const group = { namespace: '', name: 'vm/100' };
    const lockKey = () => ({ target: targetPlace(to), group });

    beforeEach(async () => {
      const builder = new DatastoreBuilder(cloud.open(from), { seed: 'one group' });
      await builder.addSnapshot(vmSnapshot({ id: '100', time: Date.UTC(2026, 10, 1) / 1000 }, [40 * 4096], { chunkBytes: 4096 }));
      requests.length = 0;
    });

    it('wait while the other one holds it, and go on when its lease runs out: the other one died', async () => {
      const { store } = cloud.cloud;
      await store.acquireLock(lockKey(), 'other/dead', Date.now() - CLOCK_SKEW_MS, 2500);
      const report = await cloud.run(cloud.job(from, to));
      expect(cloud.log.some((line) => line.includes('waits for its lock, held by other/dead'))).toBe(true);
      expect(report).toMatchObject({ state: 'ok', snapshots: { copied: 1 } });
    });

    it('have it in the order of their ticks, whichever of both jobs asked first', async () => {
      const { store } = cloud.cloud;
      const held = await store.acquireLock(lockKey(), 'other/run', Date.now(), LEASE_MS);
      if (!('lock' in held)) throw new Error(`held by ${held.heldBy}`);
      const isWaiting = async (id: string): Promise<boolean> => {
        const [run] = await store.listRuns(id, 1);
        return run !== undefined && (await store.loadGroup(run, group))?.state === 'waiting';
      };
      const start = async (id: string, tick: string): Promise<{ report: Promise<Report> }> => {
        const report = cloud.run(cloud.job(from, to, { id }), { 'scheduled-time': tick });
        while (!(await isWaiting(id))) await new Promise((resolve) => setTimeout(resolve, 10));
        return { report };
      };
      const later = await start('nightly', '2026-11-01T03:00:00Z');
      const earlier = await start('hourly', '2026-11-01T02:00:00Z');
      await store.releaseLock(held.lock);
      const [first, second] = await Promise.all([earlier.report, later.report]);
      expect([first.snapshots.copied, second.snapshots.copied]).toEqual([1, 0]);
      expect([first.state, second.state]).toEqual(['ok', 'ok']);
    });

    it('make nothing visible once the lock is lost, and finish when they have it again', async () => {
      const { store } = cloud.cloud;
      let takenAt = Infinity;
      let givenBackAt = Infinity;
      /** As after a lease that ran out: the clock of who takes over is late enough. */
      const takeOver = async (): Promise<void> => {
        const answer = await store.acquireLock(lockKey(), 'other/run', Date.now() + 2 * LEASE_MS, LEASE_MS);
        if (!('lock' in answer)) throw new Error('the lock was not taken over');
        takenAt = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        givenBackAt = performance.now();
        await store.releaseLock(answer.lock);
      };
      let takeover: Promise<void> | undefined;
      onRequest = ({ operation, bucket, key }) => {
        if (bucket === 'target' && operation === 'PutObject' && key.includes('/.chunks/')) takeover ??= takeOver();
      };
      const report = await cloud.run(cloud.job(from, to, { 'transfers-in-flight': 2 }));
      await takeover;

      expect(report).toMatchObject({ state: 'ok', snapshots: { copied: 1 } });
      const manifests = written().filter(({ key }) => key.endsWith('/index.json.blob'));
      expect(manifests).toHaveLength(1);
      expect(manifests[0]!.startedAt).toBeGreaterThan(givenBackAt);
      expect(givenBackAt).toBeGreaterThan(takenAt);
      expect(differences(objects('source'), objects('target'))).toEqual([]);
    });
  });
});
