import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../lib/local/object-store/server.ts';
import { findMissing } from '../support/commit-order.ts';
import { leaseIsOver, openCliWorld, SHORT_LEASE, type CliWorld } from '../support/cli-world.ts';
import { readObjects, smallSource } from '../support/source.ts';

type Request = Pick<RequestRecord, 'operation' | 'bucket' | 'key'>;

const put =
  (pattern: RegExp, count = 1) =>
  (): ((request: Request) => boolean) => {
    let seen = 0;
    return ({ operation, bucket, key }) =>
      operation === 'PutObject' && bucket === 'target' && pattern.test(key) && ++seen === count;
  };

const got =
  (pattern: RegExp) =>
  (): ((request: Request) => boolean) =>
  ({ operation, bucket, key }) =>
    operation === 'GetObject' && bucket === 'source' && pattern.test(key);

/** A listing that plans: before anything is decided. */
const listed = () => (request: Request) => request.operation === 'ListObjectsV2';

/** The moments at which the process is killed: just after this request was answered. */
const MOMENTS: readonly (readonly [string, () => (request: Request) => boolean])[] = [
  ['the first page of a listing', listed],
  ['the marker of a namespace', put(/\.namespace$/)],
  ['an owner', put(/\/owner$/)],
  ['the notes of a group', put(/\/notes$/)],
  ['the first chunk', put(/\.chunks\//)],
  ['a chunk in the middle', put(/\.chunks\//, 60)],
  ['the last but one of the chunks', put(/\.chunks\//, 95)],
  ['a fixed index', put(/\.fidx$/)],
  ['a dynamic index', put(/\.didx$/)],
  ['a blob', put(/\.conf\.blob$/)],
  ['the mark of a protected snapshot', put(/\.protected$/)],
  ['a manifest', put(/index\.json\.blob$/)],
  ['a manifest in the middle', put(/index\.json\.blob$/, 7)],
  ['the last manifest', put(/index\.json\.blob$/, 12)],
  ['a log', put(/client\.log\.blob$/)],
  ['a manifest that was read', got(/index\.json\.blob$/)],
];

describe('a run that is killed when it has sent', () => {
  let world: CliWorld;

  beforeAll(async () => {
    world = await openCliWorld();
    const source = smallSource(world.openSource());
    await source.addNight();
    await source.addNight();
  });
  afterAll(() => world.close());

  it.each(MOMENTS)('%s leaves nothing torn, and the next run ends as one that was never disturbed', async (_, moment) => {
    await world.emptyBucket('target');
    const state = `state-${String(MOMENTS.findIndex(([, each]) => each === moment))}`;
    const args = ['run', 'daily', '--state', state, '--worker-threads', '2', '--transfers-in-flight', '4'];
    const process = world.start(args, { env: SHORT_LEASE });
    const isReached = moment();
    world.onRequest = (request) => {
      if (isReached(request)) process.kill('SIGKILL');
    };
    const end = await process.ended;
    world.onRequest = () => undefined;

    expect(end).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(findMissing(readObjects(world.bucketFolder('target'), 'main'))).toEqual([]);
    await leaseIsOver();
    const rerun = await world.run(args, { env: SHORT_LEASE });
    expect({ code: rerun.code, stderr: rerun.stderr }).toMatchObject({ code: 0 });
    expect(world.differences()).toEqual([]);
  });
});
