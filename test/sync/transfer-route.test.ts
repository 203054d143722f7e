import { describe, expect, it } from 'vitest';
import { copyRoute } from '../../lib/sync/transfer-route.ts';
import { job, location } from '../support/locations.ts';

describe('copyRoute', () => {
  const copyFrom = { bucket: 'bucket-main', prefix: 'main' };
  const elsewhere = location('offsite', { endpoint: 'https://elsewhere.example' });
  const someoneElse = location('offsite', { credentials: 'env:OFFSITE' });

  it('relays when the job says so, though it could copy', () => {
    expect(copyRoute(job({ transferMode: 'relay' }))).toEqual({});
  });

  it('copies where one principal reaches both sides at one endpoint, however that is written', () => {
    expect(copyRoute(job({ transferMode: 'copy' }))).toEqual({ copyFrom });
    expect(copyRoute(job({ transferMode: 'auto' }))).toEqual({ copyFrom });
    const [source, target] = [
      location('main', { endpoint: 'https://s3.example' }),
      location('offsite', { endpoint: 'https://s3.example/' }),
    ];
    expect(copyRoute(job({ transferMode: 'auto', source, target }))).toEqual({ copyFrom });
  });

  it.each([elsewhere, someoneElse])('relays by itself, and refuses to be told to copy, where it cannot: %o', (target) => {
    expect(copyRoute(job({ transferMode: 'auto', target }))).toEqual({});
    expect(() => copyRoute(job({ transferMode: 'copy', target }))).toThrow(
      expect.objectContaining({ code: 'TRANSFER_MODE_IMPOSSIBLE' }),
    );
  });
});
