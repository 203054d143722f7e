import { describe, expect, it } from 'vitest';
import { noRequests, type RequestCounts } from '../../../lib/datastore/object-store.ts';
import { retryAdvice } from '../../../lib/sync/report/retry-advice.ts';

const side = (counts: Partial<RequestCounts>): RequestCounts => ({ ...noRequests(), ...counts });

describe('retryAdvice', () => {
  it('says nothing of waits that took a twentieth of the time at most, or less than a second', () => {
    const busy = side({ tookMs: 50_000 });
    expect(
      retryAdvice({ source: busy, target: side({ retried: 9, throttled: 9, waitedMs: 5_000, tookMs: 50_000 }) }),
    ).toBeUndefined();
    expect(retryAdvice({ source: noRequests(), target: side({ retried: 9, waitedMs: 999, tookMs: 1_000 }) })).toBeUndefined();
    expect(retryAdvice({ source: noRequests(), target: noRequests() })).toBeUndefined();
  });

  it('says whom to ask for less where a side asks to slow down', () => {
    const target = side({ retried: 1_250, throttled: 1_234, waitedMs: 12_000, tookMs: 60_000 });
    expect(retryAdvice({ source: side({ tookMs: 40_000 }), target })).toBe(
      'the target asked to slow down 1,234 times, and waiting for it took 12 % of the time: lower `worker-threads`, or ask its provider for more',
    );
  });

  it('says where to look where connections are lost', () => {
    const source = side({ retried: 40, throttled: 3, waitedMs: 30_000, tookMs: 60_000 });
    expect(retryAdvice({ source, target: side({ retried: 1, waitedMs: 100, tookMs: 40_000 }) })).toBe(
      '40 requests to the source had to be sent again, and waiting for them took 30 % of the time: look at the network on the way there',
    );
  });
});
