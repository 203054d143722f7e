import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import { CLOCK_SKEW_MS } from '../../lib/sync/overlap/clocks.ts';
import type { FaultRequest } from '../../lib/local/object-store/faults.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { asker } from '../contract/run-store/samples.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

const isListing = ({ operation, bucket }: FaultRequest): boolean => operation === 'ListObjectsV2' && bucket === 'source';
const isUpload = ({ operation, bucket, key }: FaultRequest): boolean =>
  operation === 'PutObject' && bucket === 'target' && key.includes('/.chunks/');

describe('runs of one job', () => {
  let cloud: TestCloud;
  let from: DatastoreLocation;
  let to: DatastoreLocation;

  beforeEach(async () => {
    cloud = await startTestCloud();
    [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    await smallSource(cloud.open(from)).addNight();
    cloud.requests.length = 0;
  });
  afterEach(() => cloud.close());

  const job = (options: Partial<JobDocument> = {}): JobDocument => cloud.job(from, to, { 'worker-threads': 1, ...options });
  const says = (line: string): boolean => cloud.log.some((each) => each.includes(line));
  const records = async (): Promise<readonly RunRecord[]> => (await cloud.cloud.store.listRuns('nightly', 100)).toReversed();

  /** Lets the first request of this kind, and those beside it, take a second; resolves when it is there. */
  function slow(isSlow: (request: FaultRequest) => boolean): Promise<void> {
    return new Promise((resolve) => {
      let until = Infinity;
      cloud.s3.setFaults((request) => {
        if (!isSlow(request) || performance.now() > until) return undefined;
        until = Math.min(until, performance.now() + 1000);
        resolve();
        return { kind: 'delay', ms: 1000 };
      });
    });
  }

  /** Starts a run, and another one as soon as the first is at it. */
  async function overlapped(isSlow: (request: FaultRequest) => boolean, document: JobDocument) {
    const begun = slow(isSlow);
    const first = cloud.run(document);
    await begun;
    const second = await cloud.run(document);
    const isFirstAtWork = (await records())[0]!.endedAt === undefined;
    return { first: await first, second, isFirstAtWork };
  }

  const expectCopied = (): void => {
    const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
    expect(differences(objects('source'), objects('target'))).toEqual([]);
    const keys = cloud.requests
      .filter(({ bucket, operation, status }) => bucket === 'target' && operation === 'PutObject' && status === 200)
      .map(({ key }) => key)
      .filter((key) => !key.endsWith('/.namespace'));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  };

  it.each(['queue', 'parallel'] as const)('wait for the planning of the one before: %s', async (overlap) => {
    const { first, second } = await overlapped(isListing, job({ overlap }));
    expect([first.state, second.state]).toEqual(['ok', 'ok']);
    expect(says('waits for its turn: run run-1 of this job is at work')).toBe(true);
    expectCopied();
  });

  it('wait for all of its work: queue', async () => {
    const { first, second, isFirstAtWork } = await overlapped(isUpload, job());
    expect([first.state, second.state, isFirstAtWork]).toEqual(['ok', 'ok', false]);
    expect([first.groups.planned > 0, second.groups.planned]).toEqual([true, 0]);
    expect(Date.parse(second.endedAt)).toBeGreaterThanOrEqual(Date.parse(first.endedAt));
    expectCopied();
  });

  it('go beside its work, and come back to the groups that it holds: parallel', async () => {
    const begun = slow(isUpload);
    const first = cloud.run(job({ overlap: 'parallel' }));
    await begun;
    const held: string[] = [];
    const look = async (): Promise<void> => {
      const [, run] = await records();
      if (run === undefined) return;
      for await (const record of cloud.cloud.store.listGroups(run)) {
        if (record.state === 'waiting') held.push(record.doing ?? '');
      }
    };
    const second = cloud.run(job({ overlap: 'parallel' }));
    const over = new AbortController();
    void second.finally(() => over.abort());
    while (!over.signal.aborted) await look();
    const [one, two] = await Promise.all([first, second]);

    expect([one.state, two.state]).toEqual(['ok', 'ok']);
    // With one worker: the group that it could not have took no slot from the others.
    expect(two.groups).toMatchObject({ planned: one.groups.planned, ok: one.groups.planned });
    expect(two.snapshots.copied).toBeGreaterThan(0);
    expect(one.snapshots.copied + two.snapshots.copied).toBe(one.groups.planned);
    expect(new Set(held)).toEqual(new Set(['waits for nightly/run-1']));
    expect(says('waits for its lock, held by nightly/run-1')).toBe(true);
    expectCopied();
  });

  it('are not run, which is recorded: skip', async () => {
    const { first, second } = await overlapped(isUpload, job({ overlap: 'skip' }));
    expect([first.state, second.state, second.reason]).toEqual(['ok', 'skipped', 'run run-1 is at work']);
    expect((await records())[1]).toMatchObject({ state: 'skipped', message: 'skipped: run run-1 is at work' });
    expectCopied();
  });

  it('wait up to queue-depth, in the order of their ticks, and each of the others says why it was skipped', async () => {
    const begun = slow(isUpload);
    const document = job({ 'queue-depth': 2 });
    const first = cloud.run(document);
    await begun;
    const reports = [];
    for (const [at, hour] of ['05', '03', '04', '01', '02'].entries()) {
      const run = cloud.run(document, { 'scheduled-time': `2026-11-01T${hour}:00:00Z` });
      reports.push(run);
      while ((await records()).length < at + 2) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ended = await Promise.all([first, ...reports]);
    const states = ended.map(({ state, reason }) => reason ?? state);
    const full = 'run run-1 is at work, and run-3, run-2 wait already';
    expect(states).toEqual(['ok', 'ok', 'ok', full, full, full]);
    const order = ended.slice(0, 3).toSorted((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt));
    expect(order.map(({ id }) => id)).toEqual(['run-1', 'run-3', 'run-2']);
  });

  it('wait for one that died no longer than its lease', async () => {
    const dead = asker('nightly', 0);
    await cloud.cloud.store.claimJob(dead, Date.now() - CLOCK_SKEW_MS, 2500);
    await cloud.cloud.store.beginWork(dead);
    expect(await cloud.run(job())).toMatchObject({ state: 'ok' });
    expect(says('waits for its turn: run run-0 of this job is at work')).toBe(true);
  });
});
