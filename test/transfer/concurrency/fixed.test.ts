import { describe, expect, it } from 'vitest';
import type { ConcurrencyController, TransferSample } from '../../../lib/transfer/concurrency/controller.ts';
import { fixedConcurrency } from '../../../lib/transfer/concurrency/fixed.ts';
import { outcomeMeter } from '../../../lib/transfer/concurrency/outcome-meter.ts';
import { seededRandom } from '../../support/random.ts';

function end(controller: ConcurrencyController, outcome: TransferSample['outcome']): void {
  controller.begun(0);
  controller.ended({ now: 1, startedAt: 0, bytes: 1, outcome });
}

describe('fixedConcurrency', () => {
  it('stays at its number while nothing is throttled, whatever fails', () => {
    const controller = fixedConcurrency(16);
    for (let n = 0; n < 100; n++) end(controller, n % 3 === 0 ? 'failed' : 'moved');
    expect(controller.limit).toBe(16);
  });

  it('falls while transfers are throttled, to one at least, and climbs back', () => {
    const controller = fixedConcurrency(16);
    for (let n = 0; n < 10; n++) end(controller, 'throttled');
    expect(controller.limit).toBeLessThan(13);
    for (let n = 0; n < 1000; n++) end(controller, 'throttled');
    expect(controller.limit).toBe(1);
    for (let n = 0; n < 1000; n++) end(controller, 'moved');
    expect(controller.limit).toBe(16);
  });

  it('rests close above what a provider grants that refuses all more', () => {
    const controller = fixedConcurrency(64);
    const random = seededRandom('granted');
    let sum = 0;
    for (let n = 0; n < 20_000; n++) {
      const share = Math.max(0, 1 - 32 / controller.limit);
      end(controller, random.below(1000) < share * 1000 ? 'throttled' : 'moved');
      if (n >= 10_000) sum += controller.limit / 10_000;
    }
    expect(sum).toBeGreaterThan(32);
    expect(sum).toBeLessThan(38);
  });

  it('is not stopped by a provider that refuses one request in five by chance', () => {
    const controller = fixedConcurrency(64);
    const random = seededRandom('refused');
    let least = 64;
    for (let n = 0; n < 20_000; n++) {
      end(controller, random.below(5) === 0 ? 'throttled' : 'moved');
      least = Math.min(least, controller.limit);
    }
    expect(least).toBeGreaterThan(8);
  });
});

describe('outcomeMeter', () => {
  it('tells as many throttled transfers as answers were throttled on both sides', () => {
    const [source, target] = [{ throttled: 4 }, { throttled: 0 }];
    const outcome = outcomeMeter([source, target]);
    expect(outcome()).toBe('moved');
    source.throttled += 1;
    target.throttled += 1;
    expect([outcome(), outcome(), outcome()]).toEqual(['throttled', 'throttled', 'moved']);
  });

  it('forgets most of a flood of refusals', () => {
    const source = { throttled: 0 };
    const outcome = outcomeMeter([source]);
    source.throttled = 10_000;
    const told = Array.from({ length: 100 }, outcome);
    expect(told.filter((each) => each === 'throttled')).toHaveLength(64);
    expect(outcome()).toBe('moved');
  });
});
