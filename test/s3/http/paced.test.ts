import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { noRequests } from '../../../lib/datastore/object-store.ts';
import type { Paces } from '../../../lib/datastore/pace.ts';
import { TransientError } from '../../../lib/errors.ts';
import { createS3Connection, openDatastore } from '../../../lib/s3/open-datastore.ts';
import type { S3Datastore } from '../../../lib/s3/open-datastore.ts';
import { handPace } from '../../support/hand-pace.ts';
import { ANY_KEYS, LOCATION } from '../odd-server.ts';
import { ok, refusal, withRawStore } from '../raw-server.ts';
import type { OnHead, RawOptions, RawStore } from '../raw-server.ts';

const read = (name: string): string => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const TLS: RawOptions = { tls: { cert: read('server.pem'), key: read('server.key') }, location: { ca: read('ca.pem') } };
const TRANSPORTS: readonly [string, RawOptions][] = [
  ['over TCP', {}],
  ['over TLS', TLS],
];
const BIG = Buffer.alloc(1024 * 1024, 'abcdefg');
const KIB = 1024;
const BEGUN = '<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>';
const IMPATIENT = { idleMs: 300, requestMs: 500 };

/** Serves BIG to whoever reads. */
const serveBig: OnHead = (socket) => void socket.write(ok(BIG.toString('latin1')));

interface Uploads {
  readonly store: S3Datastore;
  /** Bytes of bodies that have come in. */
  readonly came: () => number;
}

/** A server that takes uploads whole and counts them as they come. */
async function withUploads(paces: Paces, options: RawOptions, use: (uploads: Uploads) => Promise<void>): Promise<void> {
  let came = 0;
  const listener: http.RequestListener = (request, response) => {
    request.on('data', (piece: Buffer) => (came += piece.length));
    request.on('end', () => response.writeHead(200, { etag: '"e"' }).end(request.method === 'POST' ? BEGUN : ''));
  };
  const server = options.tls === undefined ? http.createServer(listener) : https.createServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const retry = { attempts: 1, ...options.retry };
  const connection = createS3Connection({ ...LOCATION, endpoint, ...options.location }, ANY_KEYS, { ...options, retry });
  try {
    await use({ store: openDatastore(connection, noRequests(), paces), came: () => came });
  } finally {
    connection.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function paced({ connection, counts }: RawStore, paces: Paces) {
  return openDatastore(connection, counts, paces);
}

/** Until it holds, and then long enough for loopback to bring whatever is not held back. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
  await sleep(30);
}

describe.each(TRANSPORTS)('a limit on bytes %s', (_, options) => {
  it('holds an answer back at the socket: what was read has been allowed, but for one read', () => {
    const pace = handPace(100 * KIB);
    return withRawStore(
      serveBig,
      async (raw) => {
        const state = { answered: false };
        const got = paced(raw, { read: pace })
          .get('a')
          .finally(() => (state.answered = true));
        await until(() => pace.left < 0);
        expect(pace.left).toBeGreaterThanOrEqual(-128 * KIB);
        while (!state.answered) {
          if (pace.left < 0) pace.allow(50 * KIB);
          await sleep(1);
        }
        expect((await got)?.bytes.equals(BIG)).toBe(true);
        expect(pace.taken.reduce((sum, each) => sum + each)).toBe(BIG.length);
      },
      options,
    );
  });

  it('counts every byte of objects that come in one read, and keeps the socket', () => {
    const pace = handPace(1000 * KIB);
    return withRawStore(
      (socket) => socket.write(ok('x'.repeat(20_000))),
      async (raw) => {
        const store = paced(raw, { read: pace });
        for (let n = 0; n < 50; n++) await store.get(`${n}`);
        expect(pace.left).toBe(1000 * KIB - 50 * 20_000);
        expect(raw.sockets.opened).toBe(1);
        pace.allow(-pace.left);
        const late = store.get('late');
        await until(() => pace.left < 0);
        pace.allow(20_000);
        expect((await late)?.size).toBe(20_000);
      },
      options,
    );
  });

  it('sends an upload in slices, and only what may go', () => {
    const pace = handPace(100 * KIB);
    return withUploads({ write: pace }, options, async ({ store, came }) => {
      const put = store.put('a', BIG);
      await until(() => came() === 96 * KIB);
      expect(came()).toBe(96 * KIB);
      pace.allow(BIG.length);
      expect(await put).toBe('written');
      expect(came()).toBe(BIG.length);
      expect(pace.taken).toEqual(Array.from({ length: 64 }, () => 16 * KIB));
    });
  });

  it('holds a part of an upload back as it does a whole one', () => {
    const pace = handPace(100 * KIB);
    return withUploads({ write: pace }, options, async ({ store, came }) => {
      const upload = await store.startMultipart('a');
      const part = upload.uploadPart(1, BIG);
      await until(() => came() === 96 * KIB);
      expect(came()).toBe(96 * KIB);
      pace.allow(BIG.length);
      await part;
      expect(came()).toBe(BIG.length);
      expect(pace.taken).toEqual(Array.from({ length: 64 }, () => 16 * KIB));
    });
  });

  it('is no silence of the server: an answer does not time out while it waits', () => {
    const pace = handPace();
    return withRawStore(
      serveBig,
      async (raw) => {
        const got = paced(raw, { read: pace }).get('a');
        await sleep(700);
        pace.allow(BIG.length);
        expect((await got)?.size).toBe(BIG.length);
      },
      { ...options, timeouts: IMPATIENT },
    );
  });

  it('is no silence of the server: an upload does not time out while it waits', () => {
    const pace = handPace();
    return withUploads({ write: pace }, { ...options, timeouts: IMPATIENT }, async ({ store }) => {
      const put = store.put('b', BIG);
      await sleep(700);
      pace.allow(BIG.length);
      expect(await put).toBe('written');
    });
  });

  it('that nobody can tell fails the request with its own error, sent once', () => {
    const pace = handPace();
    return withRawStore(
      serveBig,
      async (raw) => {
        const store = paced(raw, { read: pace, write: pace });
        const both = [store.get('a'), store.put('b', BIG)].map((each) => expect(each).rejects.toMatchObject({ code: 'TABLE' }));
        await until(() => pace.taken.length >= 2 && raw.counts.put === 1);
        pace.refuse(new TransientError('TABLE', 'no answer'));
        await Promise.all(both);
        expect(raw.counts).toMatchObject({ get: 1, put: 1 });
        expect((await raw.store.get('a'))?.size).toBe(BIG.length);
      },
      { ...options, retry: { attempts: 5 } },
    );
  });

  it('lets an upload hear at once that it is refused, and the next one has a socket of its own', () => {
    const pace = handPace(20 * KIB);
    return withRawStore(
      (socket, { connection }) => socket.write(connection === 0 ? refusal(403, 'AccessDenied') : ok('')),
      async (raw) => {
        const store = paced(raw, { write: pace });
        await expect(store.put('a', BIG)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
        expect(await raw.store.put('b', Buffer.from('x'))).toBe('written');
        expect(raw.sockets.opened).toBe(2);
      },
      options,
    );
  });
});

describe('a limit on requests', () => {
  it('is asked before each attempt, by the kind of the request', () => {
    const [gets, puts] = [handPace(1000), handPace(1000)];
    return withRawStore(
      (socket, { request }) => socket.write(request < 2 ? refusal(503, 'SlowDown') : ok('')),
      async (raw) => {
        const store = paced(raw, { gets, puts });
        await store.get('a');
        expect([gets.taken, puts.taken]).toEqual([[1, 1, 1], []]);
        await store.head('a');
        await store.put('a', Buffer.from('x'));
        expect([gets.taken.length, puts.taken.length]).toEqual([4, 1]);
      },
      { retry: { attempts: 5 } },
    );
  });

  it('keeps what is over it from being sent', () => {
    const gets = handPace(2);
    return withRawStore(
      (socket) => socket.write(ok()),
      async (raw) => {
        const store = paced(raw, { gets });
        const got = Promise.all(['a', 'b', 'c'].map((key) => store.get(key)));
        await until(() => gets.taken.length === 3);
        expect(raw.counts.get).toBe(2);
        gets.allow(1);
        await got;
        expect(raw.counts.get).toBe(3);
      },
    );
  });
});
