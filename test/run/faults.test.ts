import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, FaultPlan, FaultRequest } from '../../lib/local/object-store/faults.ts';
import { findEarly, timed, type TimedRequest } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { seededRandom } from '../support/random.ts';
import { chunkPath, readIndex } from '../support/sample.ts';
import { differences, readObjects, smallSource, type SmallSource } from '../support/source.ts';

const isChunk = ({ key }: FaultRequest): boolean => key.includes('/.chunks/');

/** A fault on one request in so many, by chance from a seed. */
function oneIn(times: number, fault: Fault, applies: (request: FaultRequest) => boolean = () => true): FaultPlan {
  const random = seededRandom('faults', JSON.stringify(fault));
  return (request) => (applies(request) && random.below(times) === 0 ? fault : undefined);
}

/** Only bytes that PBS protects by a checksum: the head of an index (its id, its time) is none of them. */
function flippedBits(): FaultPlan {
  const inIndex = oneIn(4, { kind: 'corrupt', offset: 4100 }, ({ key }) => /\.[fd]idx$/.test(key));
  const inBlob = oneIn(8, { kind: 'corrupt' }, ({ key }) => /\.blob$|\.chunks/.test(key));
  return (request) =>
    request.bucket === 'source' && request.operation === 'GetObject' ? (inIndex(request) ?? inBlob(request)) : undefined;
}

const PLANS: readonly (readonly [string, FaultPlan])[] = [
  ['asks to slow down, one time in twenty', oneIn(20, { kind: 'error', status: 503, code: 'SlowDown' })],
  ['cuts connections before it does anything', oneIn(20, { kind: 'reset', when: 'before' })],
  ['loses its answers when it has done what it was asked', oneIn(20, { kind: 'reset', when: 'after' })],
  ['says that it failed when it did not', oneIn(20, { kind: 'error', status: 500, code: 'InternalError', when: 'after' })],
  ['ends bodies too early', oneIn(20, { kind: 'truncate', bytes: 700 }, ({ method }) => method === 'GET')],
  ['flips bits in chunks on their way', oneIn(20, { kind: 'corrupt' }, isChunk)],
];

describe('a provider that', () => {
  const requests: TimedRequest[] = [];
  let cloud: TestCloud;
  let source: SmallSource;

  beforeAll(async () => {
    const buckets = ['source', ...PLANS.map((_, at) => `target-${String(at)}`), 'last', 'long'];
    cloud = await startTestCloud({ buckets, onRequest: (record) => void requests.push(timed(record)) });
    source = smallSource(cloud.open(cloud.location('source', 'main')));
    await source.addNight();
    await source.addNight();
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');

  /** Whether the chunk belongs to the second of the two snapshots of a machine, and to no other. */
  function namedOnlyBySecond(chunk: string): boolean {
    const all = objects('source');
    const naming = [...all].filter(
      ([key, bytes]) => /\.[fd]idx$/.test(key) && readIndex(key, bytes).digests.some((digest) => chunkPath(digest) === chunk),
    );
    return naming.length === 1 && naming[0]![0].startsWith('.cnt/vm/100/2026-11-02');
  }

  async function runWith(bucket: string, plan: FaultPlan) {
    requests.length = 0;
    cloud.s3.setFaults(plan);
    const job = cloud.job(cloud.location('source', 'main'), cloud.location(bucket, 'main'), { id: bucket });
    return cloud.execute(job).finally(() => cloud.s3.setFaults(undefined));
  }

  it.each(PLANS.map(([what, plan], at) => ({ what, plan, bucket: `target-${String(at)}` })))(
    '$what costs time, and nothing else',
    async ({ plan, bucket }) => {
      const { report, outcome } = await runWith(bucket, plan);
      expect(outcome.status).toBe('SUCCEEDED');
      expect(report).toMatchObject({ state: 'ok', snapshots: { copied: 2 * source.groups, failed: 0 }, failureCount: 0 });
      expect(differences(objects('source'), objects(bucket))).toEqual([]);
      expect(findEarly(requests, 'main', objects(bucket))).toEqual([]);
    },
  );

  it('asks for a longer rest than a request may wait is tried again by the machine, and the report counts all that was done', async () => {
    const chunks = [...objects('source').keys()].filter((key) => key.startsWith('.chunks/'));
    // A chunk of the second snapshot of a group: the first one is copied when the worker gives up.
    const late = chunks.find((key) => namedOnlyBySecond(key))!;
    let refusals = 0;
    const { report } = await runWith('long', ({ bucket, operation, key }) => {
      if (bucket !== 'source' || operation !== 'GetObject' || !key.endsWith(late) || refusals >= 2) return undefined;
      refusals += 1;
      return { kind: 'error', status: 503, code: 'SlowDown', retryAfterSeconds: 3600 };
    });
    expect(cloud.log.some((line) => line.startsWith('did not work this time: '))).toBe(true);
    expect(report).toMatchObject({
      state: 'ok',
      snapshots: { copied: 2 * source.groups, failed: 0 },
      failureCount: 0,
      tally: { chunks: chunks.length },
    });
    expect(report.tally.source.get).toBe(
      requests.filter(({ bucket, operation }) => bucket === 'source' && operation === 'GetObject').length,
    );
    expect(differences(objects('source'), objects('long'))).toEqual([]);
  });

  it('flips bits in whatever it sends gets no wrong byte into the copy, and the next run completes it', async () => {
    const { report } = await runWith('last', flippedBits());
    expect(report.state).toBe('errors');
    const wrong = differences(objects('source'), objects('last')).filter((line) => !line.endsWith(' is missing'));
    expect(wrong).toEqual([]);
    expect((await runWith('last', () => undefined)).report.state).toBe('ok');
    expect(differences(objects('source'), objects('last'))).toEqual([]);
  });
});
