import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ok, refusal, withRawStore } from '../raw-server.ts';

const BIG = Buffer.alloc(8 * 1024 * 1024, 'x');

describe('a kept socket', () => {
  it('takes one request after the other', () =>
    withRawStore(
      (socket, { head }) => socket.write(head.startsWith('PUT') ? ok('') : ok()),
      async ({ store, sockets }) => {
        for (const key of ['a', 'b', 'c']) expect((await store.get(key))?.bytes.toString()).toBe('ok');
        expect(await store.put('d', Buffer.from('x'))).toBe('written');
        expect(sockets.opened).toBe(1);
      },
    ));

  it('that the server closed is replaced: the request is sent again, and no attempt is lost', () =>
    withRawStore(
      (socket, { request }) => (request === 0 ? socket.write(ok()) : socket.destroy()),
      async ({ store, sockets, counts }) => {
        for (const key of ['a', 'b', 'c']) expect((await store.get(key))?.bytes.toString()).toBe('ok');
        expect(sockets.opened).toBe(3);
        expect(counts.get).toBe(5);
      },
    ));

  it('that the server ends properly while an upload begins is replaced too', () =>
    withRawStore(
      (socket, { request }) => (request === 0 ? socket.write(ok('')) : socket.end()),
      async ({ store, sockets }) => {
        for (const key of ['a', 'b']) expect(await store.put(key, Buffer.alloc(100))).toBe('written');
        expect(sockets.opened).toBe(2);
      },
    ));

  it('that breaks after the first byte of its answer is a failed attempt', () =>
    withRawStore(
      (socket, { request }) => (request === 0 ? socket.write(ok()) : socket.end('HTTP/1.1 200')),
      async ({ store, sockets }) => {
        await store.get('a');
        await expect(store.get('b')).rejects.toMatchObject({ name: 'TransientError', code: 'STORE_UNREACHABLE' });
        expect(sockets.opened).toBe(1);
      },
    ));

  it.each([
    ['Connection: close\r\n', 2],
    ['Keep-Alive: timeout=1\r\n', 2],
    ['Keep-Alive: timeout=60, max=100\r\n', 1],
  ])('lives as long as the server says: %j', (header, opened) =>
    withRawStore(
      (socket) => socket.write(ok('ok', header)),
      async ({ store, sockets }) => {
        await store.get('a');
        await store.get('b');
        expect(sockets.opened).toBe(opened);
      },
    ),
  );

  it('is closed a second before the server would', () =>
    withRawStore(
      (socket) => socket.write(ok('ok', 'Keep-Alive: timeout=2\r\n')),
      async ({ store, sockets }) => {
        await store.get('a');
        while (sockets.open.size > 0) await sleep(10);
        expect((await store.get('b'))?.size).toBe(2);
        expect(sockets.opened).toBe(2);
      },
    ));

  it('that speaks unasked is not listened to', () =>
    withRawStore(
      (socket) => socket.write(ok()),
      async ({ store, sockets }) => {
        await store.get('a');
        for (const socket of sockets.open) socket.write(ok('no'));
        while (sockets.open.size > 0) await sleep(1);
        expect((await store.get('b'))?.bytes.toString()).toBe('ok');
        expect(sockets.opened).toBe(2);
      },
    ));
});

describe('an answer', () => {
  it('with more bytes than it declares is not believed', () =>
    withRawStore(
      (socket) => socket.write(`${ok()}more`),
      async ({ store, sockets }) => {
        await expect(store.get('a')).rejects.toMatchObject({ name: 'TransientError', code: 'STORE_FAILED' });
        await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_FAILED' });
        expect(sockets.opened).toBe(2);
      },
    ));

  it('may come after others that are none yet', () =>
    withRawStore(
      (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${ok()}`),
      async ({ store }) => {
        expect((await store.get('a'))?.size).toBe(2);
      },
    ));

  it('to HEAD has a length and no body', () =>
    withRawStore(
      (socket, { head }) =>
        socket.write(head.startsWith('HEAD') ? 'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 99\r\n\r\n' : ok()),
      async ({ store, sockets }) => {
        expect(await store.head('a')).toEqual({ size: 99, etag: 'e' });
        expect((await store.get('a'))?.size).toBe(2);
        expect(sockets.opened).toBe(1);
      },
    ));

  it('of a range may come in chunks, which a proxy makes of it', () =>
    withRawStore(
      (socket) =>
        socket.write(
          'HTTP/1.1 206 Partial\r\nETag: "e"\r\nContent-Range: bytes 2-5/10\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n234\r\n1\r\n5\r\n0\r\n\r\n',
        ),
      async ({ store }) => {
        expect(await store.get('a', { range: { offset: 2, length: 4 } })).toMatchObject({
          bytes: Buffer.from('2345'),
          size: 10,
          etag: 'e',
        });
      },
    ));

  it('of a range in too few chunks is cut off', () =>
    withRawStore(
      (socket) =>
        socket.write(
          'HTTP/1.1 206 Partial\r\nETag: "e"\r\nContent-Range: bytes 2-5/10\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n',
        ),
      async ({ store }) => {
        await expect(store.get('a', { range: { offset: 2, length: 4 } })).rejects.toMatchObject({ code: 'SOURCE_TRUNCATED' });
      },
    ));

  it('that refuses may end with the connection', () =>
    withRawStore(
      (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n<Error><Code>AccessDenied</Code><Message>m</Message></Error>'),
      async ({ store }) => {
        await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
      },
    ));

  it('that refuses at endless length is a failure', () =>
    withRawStore(
      (socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 99999999\r\n\r\n'),
      async ({ store }) => {
        await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_FAILED' });
      },
    ));
});

describe('an upload', () => {
  it('that is refused before it was read fails for the reason that the answer gives', () =>
    withRawStore(
      (socket) => socket.pause().write(refusal(403, 'AccessDenied')),
      async ({ store, sockets }) => {
        await expect(store.put('a', BIG)).rejects.toMatchObject({ name: 'ConfigError', code: 'STORE_ACCESS_DENIED' });
        await expect(store.put('b', BIG)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
        expect(sockets.opened).toBe(2);
      },
    ));

  it('that is refused and cut off fails for the reason that the answer gives', () =>
    withRawStore(
      (socket) => socket.pause().end(refusal(403, 'AccessDenied'), () => socket.destroy()),
      async ({ store }) => {
        await expect(store.put('a', BIG)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
      },
    ));

  it('that is throttled before it was read is sent again, on another socket', () =>
    withRawStore(
      (socket, { connection, head }) => {
        if (connection === 0) return void socket.pause().write(refusal(503, 'SlowDown'));
        const whole = `${head}\r\n\r\n`.length + BIG.length;
        socket.on('data', () => {
          if (socket.bytesRead === whole) socket.write(ok(''));
        });
      },
      async ({ store, counts }) => {
        expect(await store.put('a', BIG)).toBe('written');
        expect(counts.put).toBe(2);
      },
      { retry: { attempts: 2 } },
    ));

  it('that is called done before it was read is not', () =>
    withRawStore(
      (socket) => socket.pause().write(ok('')),
      async ({ store }) => {
        await expect(store.put('a', BIG)).rejects.toMatchObject({ name: 'TransientError', code: 'STORE_FAILED' });
      },
    ));

  it('of nothing is an upload of nothing', () =>
    withRawStore(
      (socket, { head }) => socket.write(/content-length: 0\b/.test(head) ? ok('') : refusal(411, 'MissingContentLength')),
      async ({ store }) => {
        expect(await store.put('a', Buffer.alloc(0))).toBe('written');
      },
    ));
});

describe('a request', () => {
  it('with a header that would end its line is not sent', () =>
    withRawStore(
      (socket) => socket.write(ok()),
      async ({ store, sockets }) => {
        await expect(store.get('a', { ifMatch: 'e"\r\nx-amz-acl: "public-read' })).rejects.toThrow('the header if-match');
        expect(sockets.opened).toBe(0);
      },
    ));

  it('names its host, its key percent-encoded, and the length of its body', async () => {
    const heads: string[] = [];
    await withRawStore(
      (socket, { head }) => {
        heads.push(head);
        socket.write(head.startsWith('PUT') ? ok('') : ok());
      },
      async ({ store, connection }) => {
        await store.put('vm/100/2026-05-01T10:00:00Z/a b', Buffer.from('xyz'), { ifAbsent: true });
        await store.get('c', { range: { offset: 0, length: 2 } }).catch(() => undefined);
        const host = new URL(connection.location.endpoint ?? '').host;
        expect(heads[0]).toMatch(/^PUT \/bucket\/store\/vm\/100\/2026-05-01T10%3A00%3A00Z\/a%20b HTTP\/1\.1\r\n/);
        expect(heads[0]).toContain(`\r\nhost: ${host}\r\n`);
        expect(heads[0]).toContain('\r\nif-none-match: *\r\n');
        expect(heads[0]).toContain('\r\ncontent-length: 3\r\n');
        expect(heads[1]).toContain('\r\nrange: bytes=0-1\r\n');
        expect(heads[1]).not.toContain('content-length');
      },
    );
  });
});

describe('a connection that is closed', () => {
  it('fails what is under way, at once and for good', () =>
    withRawStore(
      () => undefined,
      async ({ store, connection, sockets }) => {
        const waiting = store.get('a');
        const refused = expect(waiting).rejects.toMatchObject({ name: 'TransientError', code: 'CONNECTION_CLOSED' });
        while (sockets.opened === 0) await sleep(1);
        connection.close();
        await refused;
        await expect(store.get('b')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
        expect(sockets.opened).toBe(1);
      },
      { retry: { attempts: 5 } },
    ));

  it('fails what has not been sent yet', () =>
    withRawStore(
      (socket) => socket.write(ok()),
      async ({ store, connection, sockets }) => {
        const waiting = expect(store.get('a')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
        connection.close();
        await waiting;
        expect(sockets.opened).toBe(0);
      },
    ));
});

describe('a clock that is wrong', () => {
  it('is corrected after the HEAD that was refused without a reason', () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    return withRawStore(
      (socket, { request }) =>
        socket.write(
          request === 0
            ? `HTTP/1.1 403 Forbidden\r\nDate: ${date}\r\n\r\n`
            : `HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 7\r\n\r\n`,
        ),
      async ({ store, counts }) => {
        expect(await store.head('a')).toEqual({ size: 7, etag: 'e' });
        expect(counts).toMatchObject({ head: 2, list: 0 });
      },
      { retry: { attempts: 2 } },
    );
  });
});
