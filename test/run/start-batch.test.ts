import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { mostInWindow } from '../limits/start-gate/simulate.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';

const GROUPS = 12;

/** When the groups of a run began to work, epoch ms. */
function starts({ details }: Report): number[] {
  return details.map(({ startedAt = '' }) => Date.parse(startedAt));
}

describe('start-batch-size and start-batch-period', () => {
  let now = Date.UTC(2026, 10, 2);
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startTestCloud({
      buckets: ['source', 'four', 'override', 'off', 'shared'],
      // Time stands still while groups are at work, and goes on by a second when one has waited for that long or longer.
      now: () => now,
      onWait: () => void (now += 1_000),
    });
    const builder = new DatastoreBuilder(cloud.open(cloud.location('source', 'main')), { seed: 'equal groups' });
    const time = Date.UTC(2026, 10, 1) / 1000;
    for (let id = 100; id < 100 + GROUPS; id += 1) {
      await builder.addSnapshot(vmSnapshot({ id: String(id), time }, [8192], { chunkBytes: 4096 }));
    }
  });
  afterAll(() => cloud.close());

  const job = (bucket: string, options: Partial<JobDocument>): JobDocument =>
    cloud.job(cloud.location('source', 'main'), cloud.location(bucket, 'main'), { 'worker-threads': 8, ...options });

  it('is the most groups that start in any window, with 8 workers whose groups end together', async () => {
    const report = await cloud.run(job('four', { 'start-batch-size': 4, 'start-batch-period': 10 }));
    expect(report).toMatchObject({ state: 'ok', groups: { ok: GROUPS } });
    expect(mostInWindow(starts(report), 10_000)).toBe(4);
    expect(cloud.log.some((line) => /waits \d+ s for its start: 4 groups start in 10 s at most/.test(line))).toBe(true);
  });

  it('may be given for one run by the input of its execution', async () => {
    const report = await cloud.run(job('override', {}), { 'start-batch-size': 2, 'start-batch-period': 5 });
    expect(mostInWindow(starts(report), 5_000)).toBe(2);
  });

  it('is no limit when it is 0', async () => {
    const report = await cloud.run(job('off', { 'start-batch-size': 0, 'start-batch-period': 3600 }));
    expect(mostInWindow(starts(report), 3_600_000)).toBe(GROUPS);
  });

  it('holds over two jobs that run at once on one target', async () => {
    const batch = { 'start-batch-size': 3, 'start-batch-period': 5 };
    const halves = [['regex:vm/10[0-7]'], ['exclude:regex:vm/10[0-7]']];
    const reports = await Promise.all(
      halves.map((filter, half) => cloud.run(job('shared', { ...batch, id: `half-${String(half)}`, 'group-filter': filter }))),
    );
    const all = reports.flatMap(starts);
    expect([all.length, mostInWindow(all, 5_000)]).toEqual([GROUPS, 3]);
  });
});
