import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { OperationCounts, RequestRecord } from '../../lib/local/object-store/server.ts';
import type { MachineOutcome } from '../../lib/local/state-machine/run-machine.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { findEarly, findMissing, timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects, smallSource, type SmallSource } from '../support/source.ts';

const CHUNK = /\/\.chunks\//;

describe('three runs of one job', () => {
  const requests: TimedRequest[] = [];
  let cloud: TestCloud;
  let source: SmallSource;
  let job: JobDocument;

  beforeAll(async () => {
    cloud = await startTestCloud({ onRequest: (record) => void requests.push(timed(record)) });
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    source = smallSource(cloud.open(from));
    job = cloud.job(from, to);
    await source.addNight();
    await source.addNight();
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  const of = (bucket: string, operation: RequestRecord['operation']) =>
    requests.filter((request) => request.bucket === bucket && request.operation === operation);

  async function runAfresh(): Promise<{ report: Report; outcome: MachineOutcome; counts: OperationCounts }> {
    requests.length = 0;
    cloud.s3.resetCounts();
    const { report, outcome } = await cloud.execute(job);
    return { report, outcome, counts: cloud.s3.counts() };
  }

  describe('the first, into an empty target', () => {
    let report: Report;
    let outcome: MachineOutcome;

    beforeAll(async () => {
      ({ report, outcome } = await runAfresh());
    });

    it('ends well, and says so to the console', () => {
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { state: 'ok', succeeded: true } });
      expect(report).toMatchObject({
        state: 'ok',
        groups: { total: source.groups, planned: source.groups, ok: source.groups, errors: 0, unfinished: 0 },
        snapshots: { copied: 2 * source.groups, updated: 0, failed: 0 },
        failureCount: 0,
      });
    });

    it('makes a copy that is the source, byte for byte', () => {
      expect(differences(objects('source'), objects('target'))).toEqual([]);
    });

    it('reads each chunk once and writes it once, without asking for it first', () => {
      const chunks = [...objects('source').keys()].filter((key) => key.startsWith('.chunks/')).map((key) => `main/${key}`);
      expect(chunkKeys(of('source', 'GetObject'))).toEqual(chunks);
      expect(chunkKeys(of('target', 'PutObject'))).toEqual(chunks);
      expect(of('target', 'HeadObject')).toEqual([]);
      expect(of('source', 'HeadObject')).toEqual([]);
      expect(report.tally).toMatchObject({ chunks: chunks.length });
    });

    it('counts what the server counts', () => {
      const put = of('target', 'PutObject').length;
      const get = of('source', 'GetObject').length;
      expect(report.tally).toMatchObject({ source: { get, put: 0, delete: 0 }, target: { put, get: 0, delete: 0 } });
      expect(report.tally.bytes).toBe([...objects('target').values()].reduce((sum, bytes) => sum + bytes.length, 0));
    });

    it('writes nothing twice but markers of namespaces, and no manifest before all that it names', () => {
      const keys = of('target', 'PutObject')
        .map(({ key }) => key)
        .filter((key) => !key.endsWith('/.namespace'));
      expect(new Set(keys).size).toBe(keys.length);
      expect(findEarly(requests, 'main', objects('target'))).toEqual([]);
      expect(findMissing(objects('target'))).toEqual([]);
    });

    it('writes nothing to the source', () => {
      expect(requests.filter(({ bucket, method }) => bucket === 'source' && method !== 'GET' && method !== 'HEAD')).toEqual([]);
    });
  });

  it('lists and does nothing else the second time', async () => {
    const { report, outcome, counts } = await runAfresh();
    expect(outcome.status).toBe('SUCCEEDED');
    expect(report).toMatchObject({
      state: 'ok',
      groups: { total: source.groups, planned: 0 },
      snapshots: { copied: 0, updated: 0 },
    });
    expect(backupOperations(requests)).toEqual(['ListObjectsV2']);
    // One page of each side, and one that shows whether a PBS has the target attached.
    expect(counts.ListObjectsV2).toBeLessThanOrEqual(3);
  });

  it('moves only what is new the third time', async () => {
    const built = await source.addOne();
    const { report } = await runAfresh();
    expect(report).toMatchObject({ state: 'ok', groups: { planned: 1, ok: 1 }, snapshots: { copied: 1, updated: 0, failed: 0 } });
    expect(report.tally.chunks).toBe(built.newChunks);
    expect(chunkKeys(of('source', 'GetObject'))).toHaveLength(built.newChunks);
    expect(chunkKeys(of('target', 'PutObject'))).toHaveLength(built.newChunks);
    expect(differences(objects('source'), objects('target'))).toEqual([]);
  });

  it('does only what a dry run may: list', async () => {
    await source.addOne();
    const before = objects('target');
    requests.length = 0;
    const { report } = await cloud.execute(job, { 'dry-run': true });
    expect(report).toMatchObject({ state: 'ok', dryRun: true, snapshots: { copied: 0 } });
    expect(backupOperations(requests)).toEqual(['ListObjectsV2']);
    expect(differences(before, objects('target'))).toEqual([]);
  });
});

function chunkKeys(requests: readonly RequestRecord[]): string[] {
  return requests
    .map(({ key }) => key)
    .filter((key) => CHUNK.test(key))
    .sort();
}

function backupOperations(requests: readonly RequestRecord[]): string[] {
  return [...new Set(requests.map(({ operation }) => operation))].sort();
}
