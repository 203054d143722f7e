import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultPlan } from '../../lib/local/object-store/faults.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { seededRandom } from '../support/random.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

/** One request in five is refused, and of one in twenty the connection is cut. */
function flaky(faults: { refused: number; cut: number }): FaultPlan {
  const random = seededRandom('flaky');
  return () => {
    const chance = random.below(100);
    if (chance < 20) {
      faults.refused += 1;
      return { kind: 'error', status: 503, code: 'SlowDown' };
    }
    if (chance >= 25) return undefined;
    faults.cut += 1;
    return { kind: 'reset', when: 'before' };
  };
}

describe('a provider that refuses one request in five and cuts one connection in twenty requests', () => {
  const faults = { refused: 0, cut: 0 };
  let cloud: TestCloud;
  let report: Report;
  beforeAll(async () => {
    cloud = await startTestCloud();
    const from = cloud.location('source', 'main');
    const source = smallSource(cloud.open(from));
    await source.addNight();
    cloud.requests.length = 0;
    cloud.s3.setFaults(flaky(faults));
    report = await cloud.run(cloud.job(from, cloud.location('target', 'main')));
    cloud.s3.setFaults(undefined);
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');

  it('gets a whole copy from the first try of each group', () => {
    expect(report).toMatchObject({ state: 'ok', failureCount: 0, groups: { errors: 0, unfinished: 0 } });
    expect(differences(objects('source'), objects('target'))).toEqual([]);
    expect(cloud.log.filter((line) => line.includes('did not work this time'))).toEqual([]);
  });

  it('is sent again what it refused or lost, and nothing else', () => {
    const { source, target } = report.tally;
    expect(source.throttled + target.throttled).toBeGreaterThanOrEqual(faults.refused);
    expect(source.retried + target.retried).toBeGreaterThanOrEqual(faults.refused + faults.cut);
    expect(source.waitedMs + target.waitedMs).toBeGreaterThan(0);
    const answered = cloud.requests.filter(({ status }) => status > 0 && status !== 503).length;
    expect(cloud.requests.length - answered).toBe(faults.refused + faults.cut);
    const written = cloud.requests.filter(({ operation, status }) => operation === 'PutObject' && status === 200);
    expect(new Set(written.map(({ key }) => key)).size).toBe(written.length);
  });

  it('moves each byte less than 1.3 times, both ways counted', () => {
    const needed = [...objects('source').values()].reduce((sum, { length }) => sum + length, 0);
    const read = cloud.requests.filter(({ bucket }) => bucket === 'source').reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    // At most: a refused upload may have been broken off.
    const uploads = cloud.requests.filter(({ operation }) => operation === 'PutObject');
    const copy = objects('target');
    const written = uploads.reduce((sum, { key }) => sum + (copy.get(key.replace(/^main\//, ''))?.length ?? 0), 0);
    expect((read + written) / (2 * needed)).toBeLessThan(1.3);
  });
});
