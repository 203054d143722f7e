import { beforeEach, expect, it } from 'vitest';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import type { TurnAsker } from '../../../lib/sync/overlap/turn.ts';
import { asker, fresh, LATER, LEASE, NOW, run } from './samples.ts';

const GO = { decision: 'go' } as const;

/** Asks for the turn of run `number`, at NOW unless said otherwise. */
const asks =
  (store: () => RunStore, job: () => string) =>
  (number: number, members: Partial<TurnAsker> = {}, now = NOW) =>
    store().askTurn(asker(job(), number, members), now, LEASE);

export function describeTurns(store: () => RunStore): void {
  let job: string;
  beforeEach(() => {
    job = fresh('job');
  });
  const ask = asks(store, () => job);

  it('lets a run go when no other is there, and again when it asks again', async () => {
    expect(await ask(1)).toEqual(GO);
    expect(await ask(1)).toEqual(GO);
  });

  it('holds back a run while another one plans or is at work, and names that one', async () => {
    await ask(1);
    expect(await ask(2)).toEqual({ decision: 'wait', ahead: ['run-1'], waiting: [] });
    await store().beginWork(run(job, 1));
    expect(await ask(2)).toEqual({ decision: 'wait', ahead: ['run-1'], waiting: [] });
  });

  it('lets exactly one of many runs go at once, and as many wait as may', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(index, { queueDepth: 3 })));
    const count = (decision: string) => answers.filter((answer) => answer.decision === decision).length;
    expect([count('go'), count('wait'), count('skip')]).toEqual([1, 3, 6]);
  });

  it('lets the next run go when the one before it is released', async () => {
    await ask(1);
    await ask(2);
    await store().releaseTurn(run(job, 1));
    expect(await ask(2)).toEqual(GO);
  });

  it('lets the next run go when the one before it died, planning or at work', async () => {
    await ask(1);
    expect(await ask(2, {}, NOW + LEASE)).toMatchObject({ decision: 'wait' });
    expect(await ask(2, {}, LATER)).toEqual(GO);
    await store().beginWork(run(job, 2));
    expect(await ask(3, {}, LATER + (LATER - NOW))).toEqual(GO);
  });

  it('prolongs a run that is at work or waits, again and again', async () => {
    await ask(1);
    await ask(2);
    for (const number of [1, 2, 1, 2]) expect(await store().renewTurn(run(job, number), NOW + 50_000, LEASE)).toBe(true);
    expect(await ask(3, {}, LATER)).toMatchObject({ decision: 'skip', ahead: ['run-1', 'run-2'], waiting: ['run-2'] });
  });

  it('lets the next run go when the lease of the one before it lies so far ahead that a wrong clock has made it', async () => {
    await ask(1, {}, NOW + 365 * 86_400_000);
    expect(await store().listLiving(job, NOW, LEASE)).toEqual(new Map());
    expect(await ask(2)).toEqual(GO);
    expect(await ask(3)).toMatchObject({ decision: 'wait', ahead: ['run-2'] });
  });

  it('has a run at work again that was given up and is prolonged all the same', async () => {
    await ask(1);
    expect(await ask(2, {}, LATER)).toEqual(GO);
    expect(await store().renewTurn(run(job, 1), LATER, LEASE)).toBe(true);
    await store().releaseTurn(run(job, 2));
    expect(await ask(3, {}, LATER)).toMatchObject({ decision: 'wait', ahead: ['run-1'] });
    expect(await ask(1, {}, LATER)).toEqual(GO);
  });

  it('does not prolong a run that was released, was skipped or never asked', async () => {
    await ask(1);
    await ask(2, { overlap: 'skip' });
    await store().releaseTurn(run(job, 1));
    for (const number of [1, 2, 3]) expect(await store().renewTurn(run(job, number), NOW, LEASE)).toBe(false);
  });

  it('leaves the run at work alone when another one is released, or the same one twice', async () => {
    await ask(1);
    await store().releaseTurn(run(job, 1));
    await ask(2);
    await store().releaseTurn(run(job, 1));
    await store().releaseTurn(run(job, 9));
    expect(await ask(3)).toMatchObject({ ahead: ['run-2'] });
  });

  it('tells which runs live: those that wait or are at work and were not released, nor died', async () => {
    expect(await store().listLiving(job, NOW, LEASE)).toEqual(new Map());
    await ask(1);
    await ask(2);
    await ask(3);
    expect(await store().listLiving(job, NOW, LEASE)).toEqual(
      new Map([1, 2].map((number) => [`run-${number}`, run(job, number)])),
    );
    await store().renewTurn(run(job, 2), NOW + 50_000, LEASE);
    expect(await store().listLiving(job, LATER, LEASE)).toEqual(new Map([['run-2', run(job, 2)]]));
    await store().releaseTurn(run(job, 2));
    expect(await store().listLiving(job, LATER, LEASE)).toEqual(new Map());
  });

  it('keeps jobs apart', async () => {
    await ask(1);
    expect(await store().askTurn(asker(fresh('job'), 2), NOW, LEASE)).toEqual(GO);
  });
}

export function describeOverlap(store: () => RunStore): void {
  let job: string;
  beforeEach(async () => {
    job = fresh('job');
    await ask(0);
  });
  const ask = asks(store, () => job);
  const parallel = { overlap: 'parallel' } as const;

  it('lets a parallel run wait for the planning of another one, not for its work', async () => {
    expect(await ask(1, parallel)).toMatchObject({ decision: 'wait', ahead: ['run-0'] });
    await store().beginWork(run(job, 0));
    expect(await ask(1, parallel)).toEqual(GO);
    expect(await ask(2, parallel)).toMatchObject({ decision: 'wait', ahead: ['run-1'] });
    await store().beginWork(run(job, 1));
    expect(await ask(2, parallel)).toEqual(GO);
  });

  it('lets a queued run wait for all that are at work beside each other', async () => {
    await store().beginWork(run(job, 0));
    await ask(1, parallel);
    await store().beginWork(run(job, 1));
    expect(await ask(2)).toMatchObject({ decision: 'wait', ahead: ['run-0', 'run-1'] });
    await store().releaseTurn(run(job, 0));
    expect(await ask(2)).toMatchObject({ decision: 'wait', ahead: ['run-1'] });
    await store().releaseTurn(run(job, 1));
    expect(await ask(2)).toEqual(GO);
  });

  it('skips a run that does not want to wait, or has no room to', async () => {
    expect(await ask(1, { overlap: 'skip' })).toEqual({ decision: 'skip', ahead: ['run-0'], waiting: [] });
    expect(await ask(1, { queueDepth: 0 })).toMatchObject({ decision: 'skip' });
    expect(await ask(1)).toMatchObject({ decision: 'wait' });
    expect(await ask(2)).toEqual({ decision: 'skip', ahead: ['run-0', 'run-1'], waiting: ['run-1'] });
    expect(await ask(2, parallel)).toMatchObject({ decision: 'skip' });
  });

  it('keeps the place of a run that waits, whoever comes after it with an earlier tick', async () => {
    await ask(5);
    expect(await ask(6, { order: '0' })).toMatchObject({ decision: 'skip', waiting: ['run-5'] });
    expect(await ask(5)).toMatchObject({ decision: 'wait' });
  });

  it('lets those who wait go by their order: the later one never overtakes', async () => {
    const deep = { queueDepth: 5 };
    await ask(3, deep);
    await ask(1, deep);
    await ask(2, { ...deep, ...parallel });
    await store().releaseTurn(run(job, 0));
    expect(await ask(3, deep)).toMatchObject({ decision: 'wait', ahead: ['run-1', 'run-2'] });
    expect(await ask(9, { ...deep, overlap: 'skip' })).toMatchObject({ decision: 'skip' });
    expect(await ask(1, deep)).toEqual(GO);
    await store().releaseTurn(run(job, 1));
    expect(await ask(3, deep)).toMatchObject({ ahead: ['run-2'] });
    expect(await ask(2, deep)).toEqual(GO);
  });

  it('no longer counts a waiting run that died, and does while it keeps asking', async () => {
    await store().askTurn(asker(job, 0), NOW, 10 * LEASE);
    await ask(1);
    expect(await ask(2, {}, NOW + LEASE)).toMatchObject({ decision: 'skip' });
    await ask(1, {}, NOW + 50_000);
    expect(await ask(2, {}, LATER)).toMatchObject({ decision: 'skip' });
    expect(await ask(2, {}, LATER + 50_000)).toMatchObject({ decision: 'wait', waiting: [] });
  });

  it('no longer counts a waiting run that was released or goes', async () => {
    await ask(1, { queueDepth: 2 });
    await ask(2, { queueDepth: 2 });
    await store().releaseTurn(run(job, 1));
    expect(await ask(3)).toMatchObject({ decision: 'skip', waiting: ['run-2'] });
    await store().releaseTurn(run(job, 0));
    expect(await ask(2)).toEqual(GO);
    expect(await ask(3)).toMatchObject({ decision: 'wait', waiting: [] });
  });
}
