import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPlan } from '../../lib/local/object-store/faults.ts';
import { startObjectStore } from '../../lib/local/object-store/server.ts';
import type { ObjectStoreServer } from '../../lib/local/object-store/server.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type { RequestCounts } from '../../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import type { BucketLocation, S3Connection, S3Datastore } from '../../lib/s3/open-datastore.ts';

let root: string;
let server: ObjectStoreServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flotilla-faulty-'));
  server = await startObjectStore({ root, buckets: ['bucket'], region: 'eu-central-1' });
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});
beforeEach(() => {
  server.setFaults(undefined);
});

function connect(change: Partial<BucketLocation> = {}, secret = server.credentials.secretAccessKey): S3Connection {
  const environment = { LOCAL_ACCESS_KEY_ID: server.credentials.accessKeyId, LOCAL_SECRET_ACCESS_KEY: secret };
  const location = {
    id: 'main',
    bucket: 'bucket',
    prefix: 'main',
    region: 'eu-central-1',
    pathStyle: true,
    credentials: 'env:LOCAL',
  };
  return createS3Connection({ ...location, endpoint: server.endpoint, ...change }, environment, { retry: { baseDelayMs: 0 } });
}

async function withStore<T>(
  use: (store: S3Datastore, connection: S3Connection, counts: RequestCounts) => Promise<T>,
  connection = connect(),
): Promise<T> {
  const counts = noRequests();
  try {
    return await use(openDatastore(connection, counts), connection, counts);
  } finally {
    connection.close();
  }
}

/** Loses the answer to the first request of this operation, after it has done its work. */
const loseFirst =
  (operation: string): FaultPlan =>
  (request) =>
    request.operation === operation && request.count === 1 ? { kind: 'reset', when: 'after' } : undefined;

describe('an answer that is lost after the work was done', () => {
  it('leaves a written object written', () =>
    withStore(async (store) => {
      server.setFaults(loseFirst('PutObject'));
      expect(await store.put('put', Buffer.from('once'))).toBe('written');
      expect((await store.get('put'))?.bytes.toString()).toBe('once');
    }));

  it('shows a conditional write its own object', () =>
    withStore(async (store) => {
      server.setFaults(loseFirst('PutObject'));
      expect(await store.put('conditional', Buffer.from('once'), { ifAbsent: true })).toBe('exists');
      expect((await store.get('conditional'))?.bytes.toString()).toBe('once');
    }));

  it('leaves a completed upload completed', () =>
    withStore(async (store) => {
      server.setFaults(loseFirst('CompleteMultipartUpload'));
      const upload = await store.startMultipart('big');
      await upload.uploadPart(1, Buffer.from('whole'));
      await upload.complete();
      expect((await store.get('big'))?.bytes.toString()).toBe('whole');
    }));

  it('leaves deleted keys deleted', () =>
    withStore(async (store) => {
      await store.put('gone', Buffer.from('x'));
      server.setFaults(loseFirst('DeleteObjects'));
      await store.delete(['gone']);
      expect(await store.head('gone')).toBeUndefined();
    }));
});

describe('a body that is cut off or stops', () => {
  it('is read again, whole or in part', () =>
    withStore(async (store) => {
      await store.put('chunk', Buffer.from('0123456789'));
      server.setFaults(({ operation, attempt }) =>
        operation === 'GetObject' && attempt % 2 === 1 ? { kind: 'truncate', bytes: 2 } : undefined,
      );
      expect((await store.get('chunk'))?.bytes.toString()).toBe('0123456789');
      expect((await store.get('chunk', { range: { offset: 4, length: 4 } }))?.bytes.toString()).toBe('4567');
    }));

  it('is SOURCE_TRUNCATED when it always is', () =>
    withStore(async (store) => {
      await store.put('chunk', Buffer.from('0123456789'));
      server.setFaults(({ operation }) => (operation === 'GetObject' ? { kind: 'truncate', bytes: 2 } : undefined));
      await expect(store.get('chunk')).rejects.toMatchObject({ name: 'TransientError', code: 'SOURCE_TRUNCATED' });
    }));
});

describe('a store that throttles', () => {
  it('gets every object in the end, and each refusal is counted', () =>
    withStore(async (store, _, counts) => {
      await store.put('a', Buffer.from('x'));
      server.setFaults(({ operation, count }) =>
        operation === 'GetObject' && count % 5 === 0 ? { kind: 'error', status: 503, code: 'SlowDown' } : undefined,
      );
      const objects = await Promise.all(Array.from({ length: 300 }, () => store.get('a')));
      expect(objects.every((object) => object?.size === 1)).toBe(true);
      expect(counts).toMatchObject({ get: 300 + counts.throttled, retried: counts.throttled });
      expect(counts.throttled).toBe(Math.floor(counts.get / 5));
    }));
});

describe('a store that refuses a listing, and cuts its connections then', () => {
  it('is asked as often as one that does only one of the two', () =>
    withStore(async (store, _, counts) => {
      await store.put('a', Buffer.from('x'));
      server.setFaults(({ count }) => {
        if (count <= 3) return { kind: 'error', status: 503, code: 'SlowDown' };
        return count <= 6 ? { kind: 'reset', when: 'before' } : undefined;
      });
      const pages = await Array.fromAsync(store.list(''));
      expect(pages.flat().map(({ key }) => key)).toContain('a');
      expect(counts).toMatchObject({ list: 7, retried: 6, throttled: 3 });
    }));
});

describe('a datastore that is configured wrongly', () => {
  it('has a secret key that is not the right one', () =>
    withStore(
      (store) => expect(store.get('a')).rejects.toMatchObject({ name: 'ConfigError', code: 'STORE_CREDENTIALS_REJECTED' }),
      connect({}, 'wrong'),
    ));

  it('is in another region', () =>
    withStore(
      async (store) => {
        await expect(store.head('a')).rejects.toMatchObject({
          name: 'ConfigError',
          code: 'WRONG_REGION',
          message: expect.stringContaining('set it to eu-central-1') as string,
        });
      },
      connect({ region: 'us-east-1' }),
    ));

  it('is in a bucket that does not exist', () =>
    withStore(
      async (store) => {
        const missing = { name: 'ConfigError', code: 'DATASTORE_NOT_FOUND' };
        await expect(store.head('a')).rejects.toMatchObject(missing);
        await expect(store.get('a')).rejects.toMatchObject(missing);
        await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject(missing);
        await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(missing);
        await expect(store.delete(['a'])).rejects.toMatchObject(missing);
        await expect(store.startMultipart('a')).rejects.toMatchObject(missing);
        await expect(store.copy('a', { bucket: 'bucket', key: 'k' })).rejects.toMatchObject(missing);
      },
      connect({ bucket: 'nowhere' }),
    ));
});

describe('a bucket without a prefix', () => {
  it('is opened as it is', () =>
    withStore(
      async (store) => {
        await store.put('plans/a.jsonl', Buffer.from('{}'));
        const pages = [];
        for await (const page of store.list('plans/')) pages.push(page.map(({ key }) => key));
        expect(pages).toEqual([['plans/a.jsonl']]);
      },
      connect({ prefix: '' }),
    ));
});
