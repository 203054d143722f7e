import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/sync/report/report.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { findEarly, timed, type TimedRequest } from '../support/commit-order.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';
import { differences, readObjects } from '../support/source.ts';

const SNAPSHOTS = 40;
const IN_FLIGHT = 16;

const isManifest = ({ key }: TimedRequest): boolean => key.endsWith('/index.json.blob');

function mostAtOnce(requests: readonly TimedRequest[]): number {
  const at = (time: number) => requests.filter(({ startedAt, endedAt }) => startedAt <= time && time < endedAt).length;
  return Math.max(...requests.map(({ startedAt }) => at(startedAt)));
}

describe('a group of many tiny snapshots over a long way', () => {
  const requests: TimedRequest[] = [];
  let cloud: TestCloud;
  let report: Report;

  beforeAll(async () => {
    cloud = await startTestCloud({ onRequest: (record) => void requests.push(timed(record)) });
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    const builder = new DatastoreBuilder(cloud.open(from), { seed: 'tiny' });
    const shape = { chunkBytes: 4096 };
    for (let minute = 0; minute < SNAPSHOTS; minute += 1) {
      const time = Date.UTC(2026, 10, 1, 0, minute) / 1000;
      await builder.addSnapshot({ ...vmSnapshot({ id: '100', time }, [4096], shape), changed: 1 });
    }
    requests.length = 0;
    cloud.s3.setFaults(() => ({ kind: 'delay', ms: 15 }));
    report = await cloud.run(cloud.job(from, to, { 'worker-threads': 1, 'transfers-in-flight': IN_FLIGHT }));
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');

  it('has nothing left to do for a snapshot but its commit, when it is its turn', () => {
    expect(report).toMatchObject({ state: 'ok', snapshots: { copied: SNAPSHOTS, failed: 0 } });
    const puts = requests.filter(
      ({ bucket, method, key }) => bucket === 'target' && method === 'PUT' && key.includes('/.cnt/vm/100/2'),
    );
    const folders = Map.groupBy(puts, ({ key }) => key.slice(0, key.lastIndexOf('/')));
    const snapshots = [...folders].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, all]) => all);
    const prepared = snapshots.slice(1).filter((all, at) => {
      const isVisible = snapshots[at]!.find(isManifest)!.endedAt;
      return all.every((put) => isManifest(put) || put.endedAt <= isVisible);
    });
    // The first few are begun together.
    expect(prepared.length).toBeGreaterThan(SNAPSHOTS * 0.7);
  });

  it('has as many requests under way as it may, and no more', () => {
    expect(mostAtOnce(requests)).toBeGreaterThan(IN_FLIGHT / 2);
    expect(mostAtOnce(requests)).toBeLessThanOrEqual(IN_FLIGHT + 2);
  });

  it('shows one snapshot after the other, none before all that it names', () => {
    const manifests = requests.filter((request) => request.method === 'PUT' && isManifest(request));
    expect(manifests.map(({ key }) => key)).toEqual(manifests.map(({ key }) => key).toSorted());
    expect(manifests.slice(1).every(({ startedAt }, at) => startedAt >= manifests[at]!.endedAt)).toBe(true);
    expect(findEarly(requests, 'main', objects('target'))).toEqual([]);
    expect(differences(objects('source'), objects('target'))).toEqual([]);
  });

  it('reads and writes each object once', () => {
    for (const [bucket, method] of [
      ['source', 'GET'],
      ['target', 'PUT'],
    ] as const) {
      const keys = requests.filter(
        (request) => request.bucket === bucket && request.operation.endsWith('Object') && request.method === method,
      );
      expect(keys.length).toBe(new Set(keys.map(({ key }) => key)).size);
    }
    expect(requests.filter(({ method }) => method === 'HEAD')).toEqual([]);
  });
});
