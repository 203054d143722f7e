import { describe, expect, it } from 'vitest';
import { routeLine, transferRoute } from '../../lib/sync/transfer-route.ts';
import { job, location } from '../support/locations.ts';

describe('transferRoute', () => {
  const from = { bucket: 'bucket-main', prefix: 'main' };
  const elsewhere = location('offsite', { endpoint: 'https://elsewhere.example' });
  const someoneElse = location('offsite', { credentials: 'env:OFFSITE' });

  it('relays when the job says so, though it could copy', () => {
    expect(transferRoute(job({ transferMode: 'relay' }))).toEqual({ kind: 'relay' });
  });

  it('copies where one principal reaches both sides at one endpoint, however that is written', () => {
    expect(transferRoute(job({ transferMode: 'copy' }))).toEqual({ kind: 'copy', from, patience: 8 });
    expect(transferRoute(job({ transferMode: 'auto', verify: 'crc' }))).toEqual({ kind: 'copy', from, patience: 1 });
    const [source, target] = [
      location('main', { endpoint: 'https://s3.example' }),
      location('offsite', { endpoint: 'https://s3.example/' }),
    ];
    expect(transferRoute(job({ transferMode: 'auto', verify: 'crc', source, target }))).toMatchObject({ kind: 'copy' });
  });

  it('proves what it was told to prove, unless somebody asks for copies all the same', () => {
    expect(transferRoute(job({ transferMode: 'auto', verify: 'full' }))).toMatchObject({ kind: 'relay' });
    expect(transferRoute(job({ transferMode: 'copy', verify: 'full' }))).toMatchObject({ kind: 'copy' });
  });

  it.each([elsewhere, someoneElse])('relays by itself, and refuses to be told to copy, where it cannot: %o', (target) => {
    expect(transferRoute(job({ transferMode: 'auto', target }))).toMatchObject({ kind: 'relay' });
    expect(() => transferRoute(job({ transferMode: 'copy', target }))).toThrow(
      expect.objectContaining({ code: 'TRANSFER_MODE_IMPOSSIBLE' }),
    );
  });

  it('is told with its reason, unless a relay was asked for', () => {
    expect([
      routeLine(job({ transferMode: 'relay' })),
      routeLine(job({ transferMode: 'copy' })),
      routeLine(job({ transferMode: 'auto', verify: 'crc' })),
      routeLine(job({ transferMode: 'auto' })),
      routeLine(job({ transferMode: 'auto', target: elsewhere })),
    ]).toEqual([
      undefined,
      'transfer-mode copy: the provider copies, unverified',
      'transfer-mode auto: the provider copies, unverified, if it copies the first object of a group',
      'transfer-mode auto: relays, since verify: full needs the bytes',
      'transfer-mode auto: relays, since source and target differ in endpoint or credentials',
    ]);
  });
});
