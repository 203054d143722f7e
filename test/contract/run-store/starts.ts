import { beforeEach, expect, it } from 'vitest';
import type { RunStore, StartAnswer } from '../../../lib/sync/run-store.ts';
import { fresh, NOW } from './samples.ts';

const BATCH = { size: 3, periodMs: 10_000 };

export function describeStarts(store: () => RunStore): void {
  let target: string;
  beforeEach(() => {
    target = fresh('target');
  });
  const claim = (now: number, place: number | null = null, batch = BATCH): Promise<StartAnswer> =>
    store().claimStart(target, { owner: fresh('worker'), batch, place }, () => now);

  it('lets a batch start at once, and records when', async () => {
    for (const now of [NOW, NOW + 1, NOW + 2]) expect(await claim(now)).toEqual({ startedAt: now });
  });

  it('sends the next one away until the first start of the batch has left the window', async () => {
    for (const now of [NOW, NOW + 1, NOW + 2]) await claim(now);
    const away = await claim(NOW + 500);
    expect('place' in away && away.place).toBeGreaterThanOrEqual(NOW + 10_000);
    expect(await claim(NOW + 9_999)).toHaveProperty('waitSeconds');
    expect(await claim(NOW + 10_000, NOW + 10_000)).toEqual({ startedAt: NOW + 10_000 });
  });

  it('gives those who wait places one after the other, and keeps the place of who comes too early', async () => {
    for (const now of [NOW, NOW, NOW]) await claim(now);
    const places: number[] = [];
    for (let waiting = 0; waiting < 6; waiting += 1) {
      const answer = await claim(NOW + 100);
      if ('place' in answer) places.push(answer.place);
    }
    // A place whose answer was lost is nobody's.
    expect(places[0]).toBeGreaterThanOrEqual(NOW + 10_000);
    for (const [at, place] of places.slice(1).entries()) expect(place - places[at]!).toBeGreaterThanOrEqual(3_667);
    const last = places.at(-1)!;
    expect(await claim(NOW + 200, last)).toEqual({ place: last, waitSeconds: Math.ceil((last - NOW - 200) / 1000) });
  });

  it('lets no more than a batch of 20 who ask at once start, and gives each of the others a place of its own', async () => {
    const answers: StartAnswer[] = await Promise.all(Array.from({ length: 20 }, () => claim(NOW)));
    const places = answers.flatMap((answer) => ('place' in answer ? [answer.place] : []));
    const started = answers.length - places.length;
    expect([started >= 1, started <= BATCH.size]).toEqual([true, true]);
    expect(new Set(places).size).toBe(places.length);
  });

  it('is one for all jobs of a target, each with a batch of its own, and another one for each target', async () => {
    const slow = { size: 1, periodMs: 60_000 };
    expect(await claim(NOW, null, slow)).toEqual({ startedAt: NOW });
    for (const now of [NOW + 1, NOW + 2]) expect(await claim(now)).toEqual({ startedAt: now });
    expect(await claim(NOW + 3)).toHaveProperty('waitSeconds');
    expect(await claim(NOW + 59_000, NOW + 59_000)).toEqual({ startedAt: NOW + 59_000 });
    expect(await claim(NOW + 60_001, NOW, slow)).toMatchObject({ waitSeconds: 59 });
    expect(await store().claimStart(fresh('target'), { owner: fresh('worker'), batch: slow, place: null }, () => NOW)).toEqual({
      startedAt: NOW,
    });
  });

  it('begins the line anew where a wrong clock has put its end', async () => {
    const tomorrow = NOW + 86_400_000;
    for (const now of [tomorrow, tomorrow, tomorrow, tomorrow]) await claim(now);
    for (const now of [NOW, NOW, NOW]) expect(await claim(now)).toEqual({ startedAt: NOW });
    const answer = await claim(NOW);
    expect('place' in answer && answer.place).toBeLessThan(NOW + 60_000);
  });

  it('goes by the time when it has seen the gate, not by that when it was called', async () => {
    let now = NOW;
    const late = store().claimStart(target, { owner: fresh('worker'), batch: BATCH, place: null }, () => now);
    now = NOW + 60_000;
    expect(await late).toEqual({ startedAt: NOW + 60_000 });
  });
}
