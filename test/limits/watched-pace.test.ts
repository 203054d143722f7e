import { describe, expect, it } from 'vitest';
import { waitWatch, watchedPace } from '../../lib/limits/watched-pace.ts';
import { handPace } from '../support/hand-pace.ts';

describe('the time that a pace keeps waiting', () => {
  it('counts a moment once, however much waits in it and for whichever limit', async () => {
    let now = 0;
    const kept: number[] = [];
    const watch = waitWatch(
      () => now,
      (ms) => kept.push(ms),
    );
    const [bytes, requests] = [handPace(5), handPace(0)];
    const [first, second] = [watchedPace(bytes, [watch]), watchedPace(requests, [watch])];
    expect(first.take(5)).toBeUndefined();
    now = 10;
    const waits = [first.take(1), first.take(1), second.take(1)];
    now = 30;
    bytes.allow(1);
    await waits[0];
    expect(kept).toEqual([20]);
    now = 60;
    bytes.allow(1);
    requests.allow(1);
    for (const wait of waits) await wait;
    now = 100;
    expect(first.take(0)).toBeUndefined();
    expect(kept.reduce((sum, ms) => sum + ms)).toBe(50);
  });

  it('ends with a refusal too, and goes to all who watch', async () => {
    let now = 0;
    const [one, other]: [number[], number[]] = [[], []];
    const watches = [one, other].map((kept) =>
      waitWatch(
        () => now,
        (ms) => kept.push(ms),
      ),
    );
    const pace = handPace(0);
    const wait = watchedPace(pace, watches).take(1);
    now = 7;
    pace.refuse(new Error('nobody knows'));
    await expect(wait).rejects.toThrow('nobody knows');
    expect([one, other]).toEqual([[7], [7]]);
  });
});
