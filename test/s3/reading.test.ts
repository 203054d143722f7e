import { describe, expect, it } from 'vitest';
import type http from 'node:http';
import { listingPage, openOddStore, reply, s3Error } from './odd-server.ts';
import type { Answering, OddStore } from './odd-server.ts';

async function withStore<T>(answer: Answering, use: (odd: OddStore) => Promise<T>): Promise<T> {
  const odd = await openOddStore(answer);
  try {
    return await use(odd);
  } finally {
    await odd.close();
  }
}

const answer200 = (response: http.ServerResponse, headers: http.OutgoingHttpHeaders, body: string): void => {
  response.writeHead(200, { etag: '"e"', ...headers }).end(body);
};

describe('head', () => {
  const bareNotFound: Answering = (response, { method }) => {
    if (method === 'HEAD') return reply(response, 404);
    s3Error(response, 404, 'NoSuchBucket');
  };

  it('does not take a missing bucket for a missing object', () =>
    withStore(bareNotFound, async ({ store, counts }) => {
      await expect(store.head('a')).rejects.toMatchObject({ name: 'ConfigError', code: 'DATASTORE_NOT_FOUND' });
      expect(counts).toMatchObject({ head: 1, list: 1 });
    }));

  it('asks for the bucket before its first absence only', () =>
    withStore(
      (response, { method }) => {
        if (method === 'HEAD') return reply(response, 404);
        response.end(listingPage([]));
      },
      async ({ store, counts }) => {
        expect(await store.head('a')).toBeUndefined();
        expect(await store.head('b')).toBeUndefined();
        expect(counts).toMatchObject({ head: 2, list: 1 });
      },
    ));

  it('finds out by a listing why it was refused, since its own answer has no body', () =>
    withStore(
      (response, { method }) => {
        if (method === 'HEAD') return reply(response, 400);
        s3Error(response, 400, 'ExpiredToken');
      },
      async ({ store }) => {
        await expect(store.head('a')).rejects.toMatchObject({ code: 'STORE_CREDENTIALS_REJECTED' });
      },
    ));

  it('is denied when the object is, though listing is allowed', () =>
    withStore(
      (response, { method }) => {
        if (method === 'HEAD') return reply(response, 403);
        response.end(listingPage([]));
      },
      async ({ store }) => {
        await expect(store.head('a')).rejects.toMatchObject({
          code: 'STORE_ACCESS_DENIED',
          message: expect.stringContaining('HTTP 403') as string,
        });
      },
    ));
});

describe('get', () => {
  it('reads a body again that was cut off', () =>
    withStore(
      (response, _seen, n) => {
        response.writeHead(200, { etag: '"e"', 'content-length': 4 });
        response.write('fu');
        if (n > 0) response.end('ll');
        else setImmediate(() => response.destroy());
      },
      async ({ store, counts }) => {
        expect((await store.get('a'))?.bytes.toString()).toBe('full');
        expect(counts.get).toBe(2);
      },
    ));

  it('is SOURCE_TRUNCATED when every body is cut off', () =>
    withStore(
      (response) => {
        response.writeHead(200, { etag: '"e"', 'content-length': 4 });
        response.write('fu');
        setImmediate(() => response.destroy());
      },
      async ({ store, counts }) => {
        await expect(store.get('a')).rejects.toMatchObject({ name: 'TransientError', code: 'SOURCE_TRUNCATED' });
        expect(counts.get).toBe(3);
      },
    ));

  it.each<[what: string, head: http.OutgoingHttpHeaders]>([
    ['no length', { etag: '"e"' }],
    ['no ETag', { 'content-length': 2 }],
    ['a length beyond reason', { etag: '"e"', 'content-length': 2 ** 40 }],
  ])('refuses an answer with %s', (_what, head) =>
    withStore(
      (response) => {
        response.writeHead(200, head);
        response.write('ok');
        // Ends the answer, unless it declared more.
        if (head['content-length'] !== 2 ** 40) response.end();
      },
      async ({ store }) => {
        await expect(store.get('a')).rejects.toMatchObject({ name: 'ConfigError', code: 'STORE_ANSWER_INVALID' });
      },
    ),
  );

  it.each(['bytes 0-1/10', 'bytes 2-5/10', 'bytes 2-3/9', 'bytes */10', 'nonsense'])(
    'refuses a range that is answered with %s',
    (range) =>
      withStore(
        (response) => response.writeHead(206, { etag: '"e"', 'content-range': range, 'content-length': 2 }).end('ab'),
        async ({ store }) => {
          await expect(store.get('a', { range: { offset: 2, length: 3 } })).rejects.toMatchObject({
            code: 'STORE_ANSWER_INVALID',
          });
        },
      ),
  );

  it('refuses the whole object where a range was asked for', () =>
    withStore(
      (response) => answer200(response, { 'content-length': 10 }, '0123456789'),
      async ({ store }) => {
        await expect(store.get('a', { range: { offset: 2, length: 3 } })).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
        expect((await store.get('a', { range: { offset: 0, length: 99 } }))?.bytes.length).toBe(10);
      },
    ));

  it('does not believe a server that ignores the condition', () =>
    withStore(
      (response) => answer200(response, { 'content-length': 2 }, 'ok'),
      async ({ store }) => {
        await expect(store.get('a', { ifMatch: 'other' })).rejects.toMatchObject({ name: 'DataError', code: 'SOURCE_CHANGED' });
      },
    ));
});
