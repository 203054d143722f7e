import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeOverrides, type JobDocument } from '../../lib/config/job-document.ts';
import type { RequestRecord } from '../../lib/local/object-store/server.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';

const GROUPS = 4;
const RATE = 2_000_000;

interface Timed extends RequestRecord {
  /** Seconds. */
  readonly at: number;
}

describe('a run under limits', () => {
  const requests: Timed[] = [];
  let cloud: TestCloud;

  beforeAll(async () => {
    const buckets = ['source', 'reading', 'writing', 'both', 'puts', 'lifted', 'framed'];
    cloud = await startTestCloud({
      buckets,
      onRequest: (record) => void requests.push({ ...record, at: performance.now() / 1000 }),
    });
    const builder = new DatastoreBuilder(cloud.open(cloud.location('source', 'main')), { seed: 'limits' });
    const time = Date.UTC(2026, 10, 1) / 1000;
    for (let id = 100; id < 100 + GROUPS; id += 1) {
      const shape = { chunkBytes: 256 * 1024 };
      await builder.addSnapshot({ ...vmSnapshot({ id: String(id), time }, [1024 * 1024], shape), compressible: 0 });
    }
  });
  afterAll(() => cloud.close());

  async function run(bucket: string, options: Partial<JobDocument>, limits: object = {}): Promise<Report> {
    requests.length = 0;
    cloud.log.length = 0;
    const job = cloud.job(cloud.location('source', 'main'), cloud.location(bucket, 'main'), {
      'start-batch-size': 0,
      ...options,
    });
    const report = await cloud.run(mergeOverrides({ ...job, target: { ...job.target, ...limits } }, {}));
    expect(report).toMatchObject({ state: 'ok', groups: { ok: GROUPS } });
    return report;
  }

  /** Seconds between the first and the last answer to requests of one kind. */
  function seconds(kind: (record: RequestRecord) => boolean): number {
    const times = requests.filter(kind).map(({ at }) => at);
    return Math.max(...times) - Math.min(...times);
  }
  const puts = (record: RequestRecord): boolean => record.operation === 'PutObject' && record.bucket !== 'flotilla-control';
  const gets = (record: RequestRecord): boolean => record.operation === 'GetObject' && record.bucket === 'source';
  const said = (what: string): string[] => cloud.log.filter((line) => line.includes(what));

  it('writes no more than rate-out and its burst allow, says so once, and counts what it waited', async () => {
    const report = await run('writing', { 'rate-out': RATE });
    expect(report.tally.bytes).toBeGreaterThan(1.9 * RATE);
    // The first of them has ended when the first answer came.
    expect(report.tally.bytes).toBeLessThan(RATE * seconds(puts) + RATE + 16 * 256 * 1024);
    expect(report.tally.target.limitedMs).toBeGreaterThan(500);
    expect(report.tally.source.limitedMs).toBe(0);
    expect(said('holds it back')).toEqual(['rate-out of job nightly holds it back: 1.907 MiB/s']);
  });

  it('reads no more than rate-in and its burst allow', async () => {
    const report = await run('reading', { 'rate-in': RATE });
    expect(report.tally.source.limitedMs).toBeGreaterThan(500);
    expect(report.tally.target.limitedMs).toBe(0);
    const read = requests.filter(gets).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    expect(read).toBeLessThan(RATE * seconds(gets) + RATE + 16 * 256 * 1024);
  });

  it('keeps the limits of its target as well: the lower one bites', async () => {
    const report = await run('both', { 'rate-out': 1000 * RATE }, { rate: RATE });
    expect(report.tally.bytes).toBeLessThan(RATE * seconds(puts) + RATE + 16 * 256 * 1024);
    expect(said('rate of datastore both-main holds it back')).toHaveLength(1);
  });

  it('sends no more requests than its target allows in a second', async () => {
    const report = await run('puts', {}, { 'put-rate-limit': 15 });
    const sent = report.tally.target.put;
    expect(sent).toBeGreaterThan(25);
    expect(sent).toBeLessThan(15 * seconds(puts) + 15 + 2);
  });

  it('is not held back by limits that it does not feel, nor in a frame that lifts them', async () => {
    const lifted = { timetable: [{ timeframe: '0-24', 'rate-out': 'unlimited' }], 'rate-out': 10 };
    expect((await run('lifted', lifted)).tally.target.limitedMs).toBe(0);
    expect(said('holds it back')).toEqual([]);
    const framed = { timetable: [{ timeframe: '0-24', 'rate-out': RATE }] };
    expect((await run('framed', framed)).tally.target.limitedMs).toBeGreaterThan(500);
  });
});
