import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJob, type JobDocument } from '../../lib/config/job-document.ts';
import { CLOCK_SKEW_MS } from '../../lib/sync/overlap/clocks.ts';
import { targetPlace } from '../../lib/sync/target-place.ts';
import { asker } from '../contract/run-store/samples.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { isUpload, openOverlapWorld, type OverlapWorld } from '../support/overlap-world.ts';
import { smallSource } from '../support/source.ts';

/** What more there is takes longer: test/slow/overlap.test.ts. */
describe('runs of one job', () => {
  let world: OverlapWorld;
  beforeEach(async () => {
    world = await openOverlapWorld();
  });
  afterEach(() => world.close());

  it('wait for all of its work: queue', async () => {
    const { first, second, isFirstAtWork } = await world.overlapped(isUpload, world.job());
    expect([first.state, second.state, isFirstAtWork]).toEqual(['ok', 'ok', false]);
    expect([first.groups.planned > 0, second.groups.planned]).toEqual([true, 0]);
    expect(Date.parse(second.endedAt)).toBeGreaterThanOrEqual(Date.parse(first.endedAt));
    world.expectCopied();
  });

  it('go beside its work, and come back to the groups that it holds: parallel', async () => {
    const begun = world.slow(isUpload);
    const first = world.run(world.job({ overlap: 'parallel' }));
    await begun;
    const held: string[] = [];
    const look = async (): Promise<void> => {
      const [, run] = await world.records();
      if (run === undefined) return;
      for await (const record of world.cloud.store.listGroups(run)) {
        if (record.state === 'waiting') held.push(record.doing ?? '');
      }
    };
    const second = world.run(world.job({ overlap: 'parallel' }));
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
    expect(world.says('waits for its lock, held by nightly/run-1')).toBe(true);
    world.expectCopied();
  });
});

describe('a run that died without a word', () => {
  const LEASE_MS = 120_000;
  /** By all clocks the lease is over then, and whoever waits has asked once more. */
  const longest = LEASE_MS + CLOCK_SKEW_MS + 60_000;
  const start = Date.parse('2026-11-21T00:00:00Z');
  let now: number;
  let cloud: TestCloud;
  let document: JobDocument;

  beforeEach(async () => {
    now = start;
    // Time goes on when somebody waits, and by as much.
    cloud = await startTestCloud({ now: () => now, onWait: (seconds) => void (now += seconds * 1000) });
    const from = cloud.location('source', 'main');
    await smallSource(cloud.open(from)).addNight();
    document = cloud.job(from, cloud.location('target', 'main'));
  });
  afterEach(() => cloud.close());

  async function waited(): Promise<number> {
    const { state, details } = await cloud.run(document);
    expect(state).toBe('ok');
    return Math.max(...details.map(({ startedAt = '' }) => Date.parse(startedAt))) - start;
  }

  it('keeps the next one from its turn no longer than its lease', async () => {
    const dead = asker(document.id, 0);
    await cloud.cloud.store.askTurn(dead, start, LEASE_MS);
    await cloud.cloud.store.beginWork(dead);
    const milliseconds = await waited();
    expect(milliseconds).toBeGreaterThan(LEASE_MS);
    expect(milliseconds).toBeLessThanOrEqual(longest);
    expect(cloud.log.some((line) => line.includes('waits for its turn: run run-0 of this job is at work'))).toBe(true);
  });

  it('keeps others from a group no longer than its lease, by its lock or by its place in line', async () => {
    const { store } = cloud.cloud;
    const key = { target: targetPlace(parseJob(document).target), group: { namespace: '', name: 'vm/100' } };
    const [dead, waiting] = [asker('other', 0), asker('another', 0)];
    await store.acquireLock(key, 'other/run-0', start, LEASE_MS);
    await store.askTurn(waiting, start, LEASE_MS);
    await store.awaitLock(key, { owner: 'another/run-0', order: dead.order, run: waiting }, start, LEASE_MS);
    const milliseconds = await waited();
    expect(milliseconds).toBeGreaterThan(LEASE_MS);
    expect(milliseconds).toBeLessThanOrEqual(longest);
  });
});
