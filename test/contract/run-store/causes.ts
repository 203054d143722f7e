import { expect, it } from 'vitest';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, NOW } from './samples.ts';

export function describeCauses(store: () => RunStore): void {
  it('gives what starts a run to the first run that claims it, however often that run asks', async () => {
    const job = fresh('job');
    expect(await store().claimCause(job, 'tick', 'first', NOW)).toBe(true);
    expect(await store().claimCause(job, 'tick', 'second', NOW)).toBe(false);
    expect(await store().claimCause(job, 'tick', 'first', NOW + 1)).toBe(true);
    expect([await store().loadCause(job, 'tick'), await store().loadCause(job, 'tock')]).toEqual(['first', undefined]);
  });

  it('gives what starts a run to exactly one of many runs at once', async () => {
    const job = fresh('job');
    const claims = Array.from({ length: 10 }, (_, index) => store().claimCause(job, 'tick', `run-${index}`, NOW));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps other causes and those of other jobs apart', async () => {
    const job = fresh('job');
    await store().claimCause(job, 'tick', 'first', NOW);
    expect(await store().claimCause(job, 'tock', 'second', NOW)).toBe(true);
    expect(await store().claimCause(fresh('job'), 'tick', 'second', NOW)).toBe(true);
  });
}
