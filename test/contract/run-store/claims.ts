import { beforeEach, expect, it } from 'vitest';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, LATER, LEASE, NOW, run } from './samples.ts';

export function describeTicks(store: () => RunStore): void {
  it('gives a tick to the first run that claims it, however often that run asks', async () => {
    const job = fresh('job');
    expect(await store().claimTick(job, 'tick', 'first', NOW)).toBe(true);
    expect(await store().claimTick(job, 'tick', 'second', NOW)).toBe(false);
    expect(await store().claimTick(job, 'tick', 'first', NOW + 1)).toBe(true);
  });

  it('gives a tick to exactly one of many runs at once', async () => {
    const job = fresh('job');
    const claims = Array.from({ length: 10 }, (_, index) => store().claimTick(job, 'tick', `run-${index}`, NOW));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps ticks of other times and other jobs apart', async () => {
    const job = fresh('job');
    await store().claimTick(job, 'tick', 'first', NOW);
    expect(await store().claimTick(job, 'tock', 'second', NOW)).toBe(true);
    expect(await store().claimTick(fresh('job'), 'tick', 'second', NOW)).toBe(true);
  });
}

export function describeClaims(store: () => RunStore): void {
  let job: string;
  beforeEach(() => {
    job = fresh('job');
  });

  it('lets a run start when no other is active, and again when it asks again', async () => {
    expect(await store().claimJob(run(job, 1), NOW, LEASE)).toEqual({ claimed: true });
    expect(await store().claimJob(run(job, 1), NOW, LEASE)).toEqual({ claimed: true });
  });

  it('holds back a run while another one is active, and names that one', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: false, heldBy: 'run-1', waiting: 0 });
  });

  it('lets exactly one of many runs start at once', async () => {
    const claims = Array.from({ length: 10 }, (_, index) => store().claimJob(run(job, index), NOW, LEASE));
    expect((await Promise.all(claims)).filter(({ claimed }) => claimed)).toHaveLength(1);
  });

  it('lets the next run start when the active one is released', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().claimJob(run(job, 2), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: true });
  });

  it('lets the next run start when the active one died', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(job, 2), NOW + LEASE, LEASE)).toMatchObject({ claimed: false });
    expect(await store().claimJob(run(job, 2), LATER, LEASE)).toEqual({ claimed: true });
    expect(await store().renewJob(run(job, 1), LATER, LEASE)).toBe(false);
  });

  it('prolongs the active run, again and again', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().renewJob(run(job, 1), NOW + 50_000, LEASE)).toBe(true);
    expect(await store().renewJob(run(job, 1), NOW + 50_000, LEASE)).toBe(true);
    expect(await store().claimJob(run(job, 2), LATER, LEASE)).toMatchObject({ heldBy: 'run-1' });
  });

  it('does not prolong a run that waits, was released or never claimed', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().claimJob(run(job, 2), NOW, LEASE);
    expect(await store().renewJob(run(job, 2), NOW, LEASE)).toBe(false);
    await store().releaseJob(run(job, 1));
    expect(await store().renewJob(run(job, 1), NOW, LEASE)).toBe(false);
    expect(await store().renewJob(run(fresh('job'), 1), NOW, LEASE)).toBe(false);
  });

  it('leaves the active run alone when another one is released, or the same one twice', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    await store().claimJob(run(job, 2), NOW, LEASE);
    await store().releaseJob(run(job, 1));
    expect(await store().claimJob(run(job, 3), NOW, LEASE)).toMatchObject({ heldBy: 'run-2' });
  });

  it('keeps jobs apart', async () => {
    await store().claimJob(run(job, 1), NOW, LEASE);
    expect(await store().claimJob(run(fresh('job'), 2), NOW, LEASE)).toEqual({ claimed: true });
  });
}

export function describeWaiting(store: () => RunStore): void {
  let job: string;
  beforeEach(async () => {
    job = fresh('job');
    await store().claimJob(run(job, 0), NOW, 10 * LEASE);
  });

  const waitingBefore = async (number: number, now = NOW): Promise<number> => {
    const answer = await store().claimJob(run(job, number), now, LEASE);
    if (answer.claimed) throw new Error('expected to wait');
    return answer.waiting;
  };

  it('counts the runs that waited before, not those after, however often a run asks', async () => {
    expect(await waitingBefore(1)).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
    expect(await waitingBefore(3)).toBe(2);
    expect(await waitingBefore(1)).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
  });

  it('shows a run to a later one that was started in the same moment', async () => {
    const counts = await Promise.all([waitingBefore(2), waitingBefore(1)]);
    expect(counts[1]).toBe(0);
    expect(await waitingBefore(2)).toBe(1);
  });

  it('no longer counts a waiting run that died', async () => {
    await waitingBefore(1);
    expect(await waitingBefore(2, NOW + LEASE)).toBe(1);
    expect(await waitingBefore(2, LATER)).toBe(0);
  });

  it('counts a waiting run as long as it keeps asking', async () => {
    await waitingBefore(1);
    await waitingBefore(1, NOW + 50_000);
    expect(await waitingBefore(2, LATER)).toBe(1);
  });

  it('no longer counts a waiting run that was released or became active', async () => {
    await waitingBefore(1);
    await waitingBefore(2);
    await store().releaseJob(run(job, 1));
    expect(await waitingBefore(3)).toBe(1);
    await store().releaseJob(run(job, 0));
    expect(await store().claimJob(run(job, 2), NOW, LEASE)).toEqual({ claimed: true });
    expect(await waitingBefore(3)).toBe(0);
  });
}
