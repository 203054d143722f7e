import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STOP_BEFORE_END_MS } from '../../lib/runtime/host.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { findEarly, timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';
import { differences, readObjects } from '../support/source.ts';

const CHUNKS = 60;
const CHUNK_BYTES = 4096;
/** On the clock of the workers each chunk takes a second, and a call has ten of them. */
const CHUNK_MS = 1000;
const CALL_MS = STOP_BEFORE_END_MS + 10 * CHUNK_MS;

describe('a worker that reaches its deadline', () => {
  const requests: TimedRequest[] = [];
  let chunksRead = 0;
  let cloud: TestCloud;
  let report: Report;

  beforeAll(async () => {
    cloud = await startTestCloud({
      callMs: CALL_MS,
      now: () => Date.now() + chunksRead * CHUNK_MS,
      onRequest: (record) => {
        requests.push(timed(record));
        if (record.operation === 'GetObject' && record.key.includes('/.chunks/')) chunksRead += 1;
      },
    });
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    const builder = new DatastoreBuilder(cloud.open(from), { seed: 'long' });
    for (const [id, day] of [
      ['100', 1],
      ['100', 2],
      ['200', 1],
    ] as const) {
      const time = Date.UTC(2026, 10, day) / 1000;
      await builder.addSnapshot({
        ...vmSnapshot({ id, time }, [CHUNKS * CHUNK_BYTES], { chunkBytes: CHUNK_BYTES }),
        changed: 0.5,
      });
    }
    requests.length = 0;
    report = await cloud.run(cloud.job(from, to, { 'worker-threads': 2, 'transfers-in-flight': 4 }));
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');

  it('is called again, many times', () => {
    const listings = requests.filter(({ bucket, operation }) => bucket === 'source' && operation === 'ListObjectsV2');
    // One by start-run, one by each call of sync-group.
    expect(listings.length - 1).toBeGreaterThan(CHUNKS / 10);
  });

  it('goes on with its cursor: each chunk is read and written once', () => {
    for (const [bucket, operation] of [
      ['source', 'GetObject'],
      ['target', 'PutObject'],
    ] as const) {
      const keys = requests
        .filter((request) => request.bucket === bucket && request.operation === operation)
        .map(({ key }) => key);
      const chunks = keys.filter((key) => key.includes('/.chunks/'));
      expect(new Set(chunks).size).toBe(chunks.length);
    }
  });

  it('ends as a worker with all the time in the world', () => {
    expect(report).toMatchObject({
      state: 'ok',
      groups: { planned: 2, ok: 2 },
      snapshots: { copied: 3, failed: 0 },
      failureCount: 0,
    });
    expect(differences(objects('source'), objects('target'))).toEqual([]);
    expect(report.tally.chunks).toBe([...objects('target').keys()].filter((key) => key.startsWith('.chunks/')).length);
    expect(report.tally.bytes).toBe([...objects('target').values()].reduce((sum, bytes) => sum + bytes.length, 0));
  });

  it('shows no manifest before all that it names', () => {
    expect(findEarly(requests, 'main', objects('target'))).toEqual([]);
  });
});
