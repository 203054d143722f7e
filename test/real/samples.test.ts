import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/sync/report/report.ts';
import type { S3Datastore } from '../../lib/s3/open-datastore.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { chunkPath, loadSamples, readIndex, type Sample, type SampleSnapshot } from '../support/sample.ts';

const folder = process.env['FLOTILLA_SAMPLES'];
if (folder === undefined) throw new Error('FLOTILLA_SAMPLES names no folder: npm run test:real -- <folder of samples>');

describe.each(loadSamples(folder))('the sample $name, replicated over HTTP through the state machine', (sample) => {
  let cloud: TestCloud;
  let target: S3Datastore;
  let first: Report;
  let second: Report;
  let requestsOfSecond: object;
  const keys = new Set<string>();
  const whole = sample.snapshots.filter(({ damaged }) => !damaged);
  const damaged = sample.snapshots.filter((snapshot) => snapshot.damaged);

  beforeAll(async () => {
    cloud = await startTestCloud({ buckets: ['target'], readOnly: { source: sample.objectsFolder } });
    const [from, to] = [cloud.location('source', sample.prefix), cloud.location('target', sample.prefix)];
    target = cloud.open(to);
    first = await cloud.run(cloud.job(from, to));
    cloud.s3.resetCounts();
    second = await cloud.run(cloud.job(from, to));
    requestsOfSecond = cloud.s3.counts();
    for await (const page of target.list('')) for (const { key } of page) keys.add(key);
  });
  afterAll(() => cloud.close());

  it('ends as the sample deserves', () => {
    expect(first.state).toBe(damaged.length === 0 ? 'ok' : 'errors');
    expect(first.snapshots).toEqual({ copied: whole.length, updated: 0, failed: damaged.length });
  });

  it('brings every whole snapshot, its files byte for byte', async () => {
    for (const snapshot of whole) await expectFiles(sample, snapshot, target);
  });

  it('brings every chunk that a whole snapshot refers to, byte for byte', async () => {
    const digests = new Set(whole.flatMap((snapshot) => chunksOf(sample, snapshot)));
    for (const digest of digests) await expectEqual(sample, chunkPath(digest), target);
  });

  it('has indexes whose sizes are those that PBS lists', async () => {
    for (const { folder: at, files } of whole) {
      for (const { name, size } of files.filter(({ name: file }) => /\.[fd]idx$/.test(file))) {
        const copy = await target.get(`${at}${name}`);
        expect(copy && readIndex(name, copy.bytes).size, `${at}${name}`).toBe(size);
      }
    }
  });

  it('brings every namespace and every owner', async () => {
    for (const namespace of sample.namespaces.filter((name) => name !== '')) {
      await expectEqual(sample, `.cnt/${namespace.replaceAll(/([^/]+)/g, 'ns/$1')}/.namespace`, target);
    }
    for (const { folder: at } of whole) await expectEqual(sample, `${at.split('/').slice(0, -2).join('/')}/owner`, target);
  });

  it('writes nothing that the source does not have', async () => {
    for (const key of keys) await expectEqual(sample, key, target);
  });

  it('never shows anything of a damaged snapshot, and names its archive and digest', () => {
    for (const { folder: at, time, group } of damaged) {
      expect([...keys].filter((key) => key.startsWith(at))).toEqual([]);
      const failure = first.failures.find((candidate) => candidate.snapshot === time && candidate.group === group);
      expect(failure?.kind).toBe('DataError');
      expect(failure?.archive).toMatch(/idx$/);
      expect(failure?.digest).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(first.failures).toHaveLength(damaged.length);
  });

  it('has nothing to do the second time but to try the damaged again', () => {
    expect(second.snapshots).toEqual({ copied: 0, updated: 0, failed: damaged.length });
    expect(second.tally.bytes).toBe(0);
    if (damaged.length === 0)
      expect(Object.keys(requestsOfSecond).filter((name) => name !== 'PutObject' && name !== 'GetObject')).toEqual([
        'ListObjectsV2',
      ]);
  });
});

function chunksOf(sample: Sample, { folder: at, files }: SampleSnapshot): string[] {
  const indexes = files.filter(({ name }) => /\.[fd]idx$/.test(name));
  return indexes.flatMap(({ name }) => readIndex(name, sample.read(`${at}${name}`)).digests);
}

async function expectFiles(sample: Sample, { folder: at, files }: SampleSnapshot, target: S3Datastore): Promise<void> {
  for (const { name } of files) await expectEqual(sample, `${at}${name}`, target);
}

async function expectEqual(sample: Sample, key: string, target: S3Datastore): Promise<void> {
  const copy = await target.get(key);
  expect(copy?.bytes.equals(sample.read(key)), key).toBe(true);
}
