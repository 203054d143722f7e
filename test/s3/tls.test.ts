import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openOddStore } from './odd-server.ts';
import type { OddStore } from './odd-server.ts';
import type { BucketLocation } from '../../lib/s3/open-datastore.ts';

const read = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const server = { cert: read('server.pem'), key: read('server.key') };
const ca = read('ca.pem');
const fingerprint = new X509Certificate(server.cert).fingerprint256;
const other = new X509Certificate(ca).fingerprint256;

async function withTls<T>(location: Partial<BucketLocation>, use: (odd: OddStore) => Promise<T>): Promise<T> {
  const odd = await openOddStore((response) => response.writeHead(200, { etag: '"e"', 'content-length': 0 }).end(), {
    tls: server,
    location,
  });
  try {
    return await use(odd);
  } finally {
    await odd.close();
  }
}

describe('an endpoint over TLS', () => {
  it('is trusted when its authority is given', () =>
    withTls({ ca }, async ({ store }) => {
      expect(await store.head('a')).toMatchObject({ size: 0 });
    }));

  it.each([fingerprint, fingerprint.toLowerCase(), fingerprint.replaceAll(':', '')])(
    'is trusted when its certificate is pinned: %s',
    (pin) =>
      withTls({ fingerprint: pin }, async ({ store, seen }) => {
        expect(await store.head('a')).toMatchObject({ size: 0 });
        expect(await store.put('a', Buffer.from('x'))).toBe('written');
        expect(seen).toHaveLength(2);
      }),
  );

  it('is refused when its authority is not known, with the fingerprint that could be pinned', () =>
    withTls({}, async ({ store, seen }) => {
      await expect(store.head('a')).rejects.toMatchObject({
        name: 'ConfigError',
        code: 'CERTIFICATE_REFUSED',
        message: expect.stringContaining(fingerprint) as string,
      });
      expect(seen).toEqual([]);
    }));

  it('is refused when another certificate is pinned, before a byte of the request is sent', () =>
    withTls({ fingerprint: other }, async ({ store, seen, counts }) => {
      const refused = store.put('a', Buffer.from('secret'));
      await expect(refused).rejects.toMatchObject({ name: 'ConfigError', code: 'CERTIFICATE_REFUSED' });
      await expect(refused).rejects.toThrow(fingerprint);
      expect(seen).toEqual([]);
      expect(counts.put).toBe(1);
    }));

  it('is sent bodies that are protected by TLS, not hashed a second time', () =>
    withTls({ ca }, async ({ store, seen }) => {
      await store.put('a', Buffer.from('x'));
      expect(seen[0]?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    }));
});
