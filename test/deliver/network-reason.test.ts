import { expect, it } from 'vitest';
import { networkReason } from '../../lib/deliver/network-reason.ts';

it('a host with several addresses, none of which answers, is told by the first of them', () => {
  const each = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:443`));
  const error = new TypeError('fetch failed', { cause: new AggregateError(each) });
  expect(networkReason(error)).toBe('connect ECONNREFUSED ::1:443');
});
