import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import type { FaultPlan } from '../../lib/local/object-store/faults.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects, smallSource, type SmallSource } from '../support/source.ts';

const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

describe('a run that is refused something', () => {
  let cloud: TestCloud;
  let source: SmallSource;
  let from: DatastoreLocation;
  let to: DatastoreLocation;

  beforeEach(async () => {
    cloud = await startTestCloud();
    [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    source = smallSource(cloud.open(from));
    await source.addNight();
  });
  afterEach(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  const writes = () =>
    cloud.requests.filter(({ bucket, method }) => bucket === 'target' && method !== 'GET' && method !== 'HEAD');

  /** Removes a group and a snapshot of the source behind the target's back, and goes on with these faults. */
  async function runAfterVanishing(faults: FaultPlan) {
    const job = cloud.job(from, to, { 'remove-vanished': true });
    await cloud.run(job);
    await source.addNight();
    const vanished = [...objects('source').keys()].filter((key) => key.startsWith('.cnt/vm/1000/'));
    await cloud.open(from).delete(vanished);
    const before = objects('target');
    cloud.requests.length = 0;
    cloud.s3.setFaults(faults);
    const execution = await cloud.execute(job);
    return { ...execution, before };
  }

  it('says what to change when the target may not be written, and removes nothing', async () => {
    const denyWrites: FaultPlan = ({ bucket, method }) => (bucket === 'target' && method === 'PUT' ? DENIED : undefined);
    const { report, outcome, before } = await runAfterVanishing(denyWrites);
    expect(outcome.status).toBe('FAILED');
    expect(report.state).toBe('failed');
    expect(report.snapshots).toEqual({ copied: 0, updated: 0, failed: 0 });
    expect(report.failures).not.toEqual([]);
    for (const { kind, message } of report.failures) {
      expect(kind).toBe('ConfigError');
      expect(message).toContain('s3:PutObject');
      expect(message).toContain('target-main');
    }
    expect(cloud.requests.filter(({ operation }) => operation.startsWith('Delete'))).toEqual([]);
    expect(differences(before, objects('target'))).toEqual([]);
  });

  it('fails at its start when a listing of the target is refused, and neither copies nor removes', async () => {
    const denyList: FaultPlan = ({ bucket, operation }) =>
      bucket === 'target' && operation === 'ListObjectsV2' ? DENIED : undefined;
    const { report, outcome } = await runAfterVanishing(denyList);
    expect(outcome.status).toBe('FAILED');
    expect(report).toMatchObject({ state: 'failed', groups: { planned: 0 }, failures: [{ kind: 'ConfigError' }] });
    expect(report.failures[0]!.message).toContain('s3:ListBucket');
    expect(writes()).toEqual([]);
  });

  describe('when a listing fails after its first page', () => {
    /** More keys than a page of 1,000 holds, of a machine that sorts before all others. */
    function fillPages(bucket: string): void {
      for (let minute = 0; minute < 505; minute += 1) {
        const time = new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString().replace('.000Z', 'Z');
        const folder = join(cloud.bucketFolder(bucket), 'main/.cnt/ct/1', time);
        mkdirSync(folder, { recursive: true });
        for (const name of ['index.json.blob', 'client.log.blob']) writeFileSync(join(folder, name), 'not read');
      }
    }

    /** The second page of each listing of one side is refused: the first page looks like all there is. */
    const denyLaterPages = (side: string): FaultPlan => {
      let pages = 0;
      return ({ bucket, operation }) => {
        if (bucket !== side || operation !== 'ListObjectsV2') return undefined;
        pages += 1;
        return pages > 1 ? DENIED : undefined;
      };
    };

    it.each(['source', 'target'])('fails with a clear error, and never takes the %s for what was listed so far', async (side) => {
      await cloud.run(cloud.job(from, to));
      fillPages('source');
      fillPages('target');
      const before = objects('target');
      cloud.requests.length = 0;
      cloud.s3.setFaults(denyLaterPages(side));
      const { report, outcome } = await cloud.execute(cloud.job(from, to, { 'remove-vanished': true }));
      expect(outcome).toMatchObject({ status: 'FAILED', cause: expect.stringContaining(`bucket ${side}`) as unknown });
      expect(report).toMatchObject({ state: 'failed', failures: [{ kind: 'ConfigError' }] });
      expect(writes()).toEqual([]);
      expect(differences(before, objects('target'))).toEqual([]);
    });
  });
});
