import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { Fault, FaultPlan } from '../../lib/local/object-store/faults.ts';
import { findEarly, timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

const error = (status: number, code: string): Fault => ({ kind: 'error', status, code });

describe('a run whose provider copies', () => {
  let cloud: TestCloud;
  let groups: number;
  const requests: TimedRequest[] = [];

  beforeEach(async () => {
    cloud = await startTestCloud({ onRequest: (record) => void requests.push(timed(record)) });
    const source = smallSource(cloud.open(cloud.location('source', 'main')));
    await source.addNight();
    groups = source.groups;
    requests.length = 0;
  });
  afterEach(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  const copies = () => requests.filter(({ operation }) => operation === 'CopyObject').length;
  const ofChunks = (wanted: string) =>
    requests.filter(({ key, operation }) => operation === wanted && key.includes('/.chunks/')).length;

  /** The job's report, of a run that has to end well with a copy that is the source, byte for byte. */
  async function runWell(options: Partial<JobDocument>, faults?: FaultPlan) {
    cloud.s3.setFaults(faults);
    const job = cloud.job(cloud.location('source', 'main'), cloud.location('target', 'main'), options);
    const report = await cloud.run(job);
    expect(report).toMatchObject({ state: 'ok', failureCount: 0, snapshots: { copied: groups } });
    expect(differences(objects('source'), objects('target'))).toEqual([]);
    expect(findEarly(requests, 'main', objects('target'))).toEqual([]);
    return report;
  }

  it('reads no chunk, and counts the bytes of each', async () => {
    const report = await runWell({ 'transfer-mode': 'copy' });
    const { tally } = report;
    const written = [...objects('target').values()].reduce((sum, { length }) => sum + length, 0);
    const markers = [...objects('target')].filter(([key]) => key.endsWith('/.namespace'));
    expect(markers.every(([, { length }]) => length === 0)).toBe(true);
    expect([tally.bytes, tally.verified, ofChunks('GetObject')]).toEqual([written, 0, 0]);
    expect(tally.copied).toBe(copies());
    expect(tally.copied).toBeGreaterThanOrEqual(tally.chunks);
    expect(cloud.log).toContain('transfer-mode copy: the provider copies, unverified');
  });

  it('relays what the provider refuses to copy, object by object, verifies that, and records why', async () => {
    const reasons = [error(403, 'AccessDenied'), error(501, 'NotImplemented'), error(400, 'KMS.DisabledException')];
    const refuse: FaultPlan = ({ operation, key }) => {
      const third = /\/\.chunks\/[0-9a-f]{4}\/[0-9a-f]{4}([0-9a-f])/.exec(key)?.[1];
      return operation === 'CopyObject' && third !== undefined ? reasons[parseInt(third, 16)] : undefined;
    };
    const report = await runWell({ 'transfer-mode': 'copy' }, refuse);
    const refused = report.details.flatMap(({ copyRefusals }) => copyRefusals ?? []);
    const sum = refused.reduce((all, each) => all + each.count, 0);
    expect(sum).toBeGreaterThan(3);
    expect([report.tally.verified, ofChunks('GetObject')]).toEqual([sum, sum]);
    expect(new Set(refused.map(({ code }) => code))).toEqual(
      new Set(['STORE_ACCESS_DENIED', 'STORE_UNSUPPORTED', 'STORE_REFUSED']),
    );
    expect(cloud.log.some((line) => /relays one object: the provider refused to copy chunk .*AccessDenied/.test(line))).toBe(
      true,
    );
  });

  it('finds out by the first object of each group whether it copies at all, and says what it chose and why', async () => {
    const { tally } = await runWell({ 'transfer-mode': 'auto', verify: 'crc' }, ({ operation }) =>
      operation === 'CopyObject' ? error(501, 'NotImplemented') : undefined,
    );
    // The condition of a content's copy may be what is not known: the first is tried once without it.
    expect(copies()).toBeLessThanOrEqual(2 * groups);
    expect([tally.copied, tally.verified >= tally.chunks]).toEqual([0, true]);
    expect(cloud.log.filter((line) => line.includes('relays from here on: the provider refused to copy'))).toHaveLength(groups);
  });

  it('copies where the first object was copied', async () => {
    const { tally } = await runWell({ 'transfer-mode': 'auto', verify: 'crc' });
    expect([ofChunks('GetObject'), tally.verified]).toEqual([0, 0]);
    expect(cloud.log.filter((line) => line.includes('the provider copies: '))).toHaveLength(groups);
  });

  it('copies nothing twice when answers are lost', async () => {
    const lose: FaultPlan = ({ operation, count: number }) =>
      operation === 'CopyObject' && number % 5 === 0 ? { kind: 'reset', when: 'after' } : undefined;
    const { tally } = await runWell({ 'transfer-mode': 'copy' }, lose);
    expect(tally.chunks + tally.chunksKnown).toBeGreaterThan(0);
  });

  it('reads and verifies what replaces damage', async () => {
    await runWell({ 'transfer-mode': 'copy' });
    const target = cloud.open(cloud.location('target', 'main'));
    const [chunk, bytes] = [...objects('target')].find(([key]) => key.startsWith('.chunks/'))!;
    await target.put(chunk, Buffer.alloc(bytes.length));
    for (const key of objects('target').keys()) if (key.endsWith('/index.json.blob')) await target.put(key, Buffer.from('torn'));
    requests.length = 0;

    const job = cloud.job(cloud.location('source', 'main'), cloud.location('target', 'main'), { 'transfer-mode': 'copy' });
    const { state, tally } = await cloud.run(job, { 'resync-corrupt': true });
    expect([state, tally.chunks >= 1, tally.verified >= tally.chunks]).toEqual(['ok', true, true]);
    expect(ofChunks('CopyObject')).toBe(0);
    expect(differences(objects('source'), objects('target'))).toEqual([]);
  });
});
