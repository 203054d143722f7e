import { describe, expect, it } from 'vitest';
import { createInFlight } from '../../lib/s3/in-flight.ts';

describe('createInFlight', () => {
  it('lets in as many as there are sockets, and the next in line for each that leaves', async () => {
    const inFlight = createInFlight(2);
    const order: string[] = [];
    await inFlight.enter();
    await inFlight.enter();
    const waiting = ['first', 'second'].map((name) => inFlight.enter().then(() => order.push(name)));
    await Promise.resolve();
    expect(order).toEqual([]);
    inFlight.leave();
    await waiting[0];
    expect(order).toEqual(['first']);
    inFlight.leave();
    await waiting[1];
    expect(order).toEqual(['first', 'second']);
  });
});
