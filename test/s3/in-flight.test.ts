import { describe, expect, it } from 'vitest';
import { createInFlight } from '../../lib/s3/in-flight.ts';

describe('createInFlight', () => {
  it('lets in as many as the limit, and one more for each that leaves', async () => {
    const inFlight = createInFlight(2);
    const order: string[] = [];
    await inFlight.enter();
    await inFlight.enter();
    const waiting = ['first', 'second'].map((name) => inFlight.enter().then(() => order.push(name)));
    await Promise.resolve();
    expect(order).toEqual([]);
    inFlight.leave('answered');
    await waiting[0];
    expect(order).toEqual(['first']);
    inFlight.leave('failed');
    await waiting[1];
    expect(order).toEqual(['first', 'second']);
  });

  it('falls once for a round of requests that were throttled together, and climbs back', async () => {
    const inFlight = createInFlight(10);
    for (let n = 0; n < 10; n++) await inFlight.enter();
    for (let n = 0; n < 5; n++) inFlight.leave('throttled');
    expect(inFlight.limit).toBe(7);
    for (let n = 0; n < 5; n++) inFlight.leave('answered');
    for (let n = 0; n < 40; n++) {
      await inFlight.enter();
      inFlight.leave('answered');
    }
    expect(inFlight.limit).toBe(10);
  });

  it('never falls below one request at a time', async () => {
    const inFlight = createInFlight(4);
    for (let n = 0; n < 50; n++) {
      await inFlight.enter();
      inFlight.leave('throttled');
    }
    expect(inFlight.limit).toBe(1);
  });
});
