import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { BucketLocation } from '../../../lib/s3/open-datastore.ts';
import { noRequests } from '../../../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore } from '../../../lib/s3/open-datastore.ts';
import { ANY_KEYS, LOCATION } from '../odd-server.ts';
import { ok, refusal, withRawStore } from '../raw-server.ts';

const read = (name: string): string => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const tls: TlsOptions = { cert: read('server.pem'), key: read('server.key') };
const ca = read('ca.pem');
const fingerprint = new X509Certificate(read('server.pem')).fingerprint256;
const BIG = Buffer.alloc(5 * 1024 * 1024, 'abcdefg');

/** Whether the TLS session was resumed, for each of two connections one after the other. */
async function resumed(location: Partial<BucketLocation>, options: TlsOptions = {}): Promise<boolean[]> {
  const seen: boolean[] = [];
  await withRawStore(
    (socket) => {
      seen.push(socket instanceof TLSSocket && socket.isSessionReused());
      socket.write(ok('ok', 'Connection: close\r\n'));
    },
    async ({ store }) => {
      for (const key of ['a', 'b']) await store.get(key);
    },
    { tls: { ...tls, ...options }, location },
  );
  return seen;
}

describe('a socket over TLS', () => {
  it.each<TlsOptions>([{ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }])(
    'resumes the session before it: %o',
    async (options) => {
      expect(await resumed({ ca }, options)).toEqual([false, true]);
    },
  );

  it('never resumes one where the certificate is pinned, since it is not shown again', async () => {
    expect(await resumed({ fingerprint })).toEqual([false, false]);
  });

  it('brings large bodies whole, one after the other', () => {
    const body = BIG.toString('latin1');
    return withRawStore(
      (socket) => socket.write(ok(body)),
      async ({ store, sockets }) => {
        for (const key of ['a', 'b']) expect((await store.get(key))?.bytes.equals(BIG)).toBe(true);
        expect(sockets.opened).toBe(1);
      },
      { tls, location: { ca } },
    );
  });

  it('hears an upload refused before it was read', () =>
    withRawStore(
      (socket) => socket.pause().write(refusal(403, 'AccessDenied')),
      async ({ store }) => {
        await expect(store.put('a', BIG)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
      },
      { tls, location: { ca } },
    ));

  it('that was closed by the server is replaced', () =>
    withRawStore(
      (socket, { request }) => (request === 0 ? socket.write(ok()) : socket.destroy()),
      async ({ store, sockets }) => {
        for (const key of ['a', 'b']) expect((await store.get(key))?.size).toBe(2);
        expect(sockets.opened).toBe(2);
      },
      { tls, location: { ca } },
    ));
});

/** Reads from a server that takes connections and answers them so. */
async function getFrom(answer: (socket: net.Socket) => void): Promise<unknown> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = createS3Connection({ ...LOCATION, endpoint }, ANY_KEYS, {
    retry: { attempts: 1 },
    timeouts: { connectMs: 50 },
  });
  try {
    return await openDatastore(connection, noRequests())
      .get('a')
      .catch((error: unknown) => error);
  } finally {
    connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe('a server that does not speak TLS', () => {
  it.each<[what: string, answer: (socket: net.Socket) => void, code: string]>([
    ['is silent', () => undefined, 'STORE_TIMEOUT'],
    ['hangs up', (socket) => socket.end(), 'STORE_UNREACHABLE'],
    ['speaks plain HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'STORE_UNREACHABLE'],
  ])('and %s is a TransientError', async (_what, answer, code) => {
    expect(await getFrom(answer)).toMatchObject({ name: 'TransientError', code });
  });
});
