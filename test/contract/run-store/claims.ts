import { expect, it } from 'vitest';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, NOW } from './samples.ts';

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
