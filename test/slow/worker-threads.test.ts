import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import { timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';

const GROUPS = 18;
const LATENCY_MS = 15;

/** Group of a key below `.cnt`, as in `main/.cnt/vm/100/..`. */
const GROUP = /\/\.cnt\/(vm\/\d+)\//;

describe('worker-threads', () => {
  const requests: TimedRequest[] = [];
  let cloud: TestCloud;

  beforeAll(async () => {
    const buckets = ['source', 'one', 'four', 'sixteen', 'override', 'ceiling'];
    cloud = await startTestCloud({ buckets, latencyMs: LATENCY_MS, onRequest: (record) => void requests.push(timed(record)) });
    const builder = new DatastoreBuilder(cloud.open(cloud.location('source', 'main')), { seed: 'many groups' });
    const time = Date.UTC(2026, 10, 1) / 1000;
    for (let id = 100; id < 100 + GROUPS; id += 1) {
      await builder.addSnapshot(vmSnapshot({ id: String(id), time }, [8192], { chunkBytes: 4096 }));
    }
  });
  afterAll(() => cloud.close());

  /** The highest number of groups whose requests, from the first to the last, overlapped on the server. */
  async function highestAtOnce(bucket: string, options: Partial<JobDocument>, overrides: object = {}): Promise<number> {
    requests.length = 0;
    const job = cloud.job(cloud.location('source', 'main'), cloud.location(bucket, 'main'), {
      'start-batch-size': 0,
      ...options,
    });
    const report = await cloud.run(job, overrides);
    expect(report).toMatchObject({ state: 'ok', groups: { planned: GROUPS, ok: GROUPS } });
    return highestOverlap(spans(requests));
  }

  it.each([
    ['one', 1],
    ['four', 4],
    ['sixteen', 16],
  ])('is the highest number of groups at work at once, and is reached: %s', async (bucket, workerThreads) => {
    expect(await highestAtOnce(bucket, { 'worker-threads': workerThreads })).toBe(workerThreads);
  });

  it('may be given for one run by the input of its execution', async () => {
    expect(await highestAtOnce('override', { 'worker-threads': 4 }, { 'worker-threads': 2 })).toBe(2);
  });

  it("never goes above the settings' ceiling", async () => {
    expect(await highestAtOnce('ceiling', { 'max-worker-threads': 3 }, { 'worker-threads': 16 })).toBe(3);
  });
});

interface Span {
  from: number;
  to: number;
}

function spans(requests: readonly TimedRequest[]): Span[] {
  const byGroup = new Map<string, Span>();
  for (const { key, startedAt, endedAt } of requests) {
    const group = GROUP.exec(key)?.[1];
    if (group === undefined) continue;
    const span = byGroup.get(group) ?? { from: startedAt, to: endedAt };
    byGroup.set(group, { from: Math.min(span.from, startedAt), to: Math.max(span.to, endedAt) });
  }
  return [...byGroup.values()];
}

function highestOverlap(all: readonly Span[]): number {
  return Math.max(...all.map(({ from }) => all.filter((other) => other.from <= from && from < other.to).length));
}
