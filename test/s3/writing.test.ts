import { crc32 } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ANY_KEYS, listingPage, LOCATION, openOddStore, reply, s3Error } from './odd-server.ts';
import type { Answering, OddOptions, OddStore } from './odd-server.ts';
import { checksums } from '../../lib/s3/put-object.ts';
import { createS3Connection } from '../../lib/s3/open-datastore.ts';

async function withStore<T>(answer: Answering, use: (odd: OddStore) => Promise<T>, options: OddOptions = {}): Promise<T> {
  const odd = await openOddStore(answer, options);
  try {
    return await use(odd);
  } finally {
    await odd.close();
  }
}

const BODY = Buffer.alloc(3 * 1024 * 1024, 'chunk');
const COPY_RESULT = '<?xml version="1.0"?><CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>';
const written: Answering = (response) => response.writeHead(200, { etag: '"e"' }).end();

describe('put', () => {
  it('sends the body once, whole and signed, without asking for leave first', () =>
    withStore(written, async ({ store, seen }) => {
      await store.put('a', BODY);
      expect(seen).toHaveLength(1);
      expect(seen[0]?.body.equals(BODY)).toBe(true);
      expect(seen[0]?.headers).toMatchObject({
        'content-length': String(BODY.length),
        'content-type': 'application/octet-stream',
        'x-amz-content-sha256': createHash('sha256').update(BODY).digest('hex'),
      });
      for (const name of ['expect', 'x-amz-checksum-crc32', 'x-amz-sdk-checksum-algorithm', 'content-md5', 'transfer-encoding']) {
        expect(seen[0]?.headers).not.toHaveProperty(name);
      }
    }));

  it('sends S3 itself a CRC-32', () => {
    const connection = createS3Connection(LOCATION, ANY_KEYS);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(BODY));
    expect(checksums(connection, { bytes: BODY })).toEqual({ crc32: crc.toString('base64') });
    connection.close();
  });

  describe('of content whose CRC-32 is known, over plain HTTP', () => {
    const crc = crc32(BODY);
    const header = Buffer.from([crc >>> 24, crc >>> 16, crc >>> 8, crc].map((byte) => byte & 0xff)).toString('base64');
    const hashes = (seen: OddStore['seen']) => seen.map(({ headers }) => headers['x-amz-content-sha256']);
    const signed = createHash('sha256').update(BODY).digest('hex');
    const echoing: Answering = (response, { headers }) =>
      response.writeHead(200, { etag: '"e"', 'x-amz-checksum-crc32': String(headers['x-amz-checksum-crc32']) }).end();

    it('signs no payload once the provider has shown that it checks the CRC, and goes on sending that', () =>
      withStore(echoing, async ({ store, seen }) => {
        for (const key of ['a', 'b', 'c']) await store.put(key, BODY, { crc32: crc });
        expect(hashes(seen)).toEqual([signed, 'UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD']);
        expect(seen.map(({ headers }) => headers['x-amz-checksum-crc32'])).toEqual([header, header, header]);
      }));

    it('signs what has no CRC all the same', () =>
      withStore(echoing, async ({ store, seen }) => {
        await store.put('a', BODY, { crc32: crc });
        await store.put('owner', BODY);
        expect(hashes(seen)).toEqual([signed, signed]);
        expect(seen[1]?.headers).not.toHaveProperty('x-amz-checksum-crc32');
      }));

    it('goes on signing, without a CRC, where the provider does not say that it has checked it', () =>
      withStore(written, async ({ store, seen }) => {
        for (const key of ['a', 'b']) await store.put(key, BODY, { crc32: crc });
        expect(hashes(seen)).toEqual([signed, signed]);
        expect(seen[1]?.headers).not.toHaveProperty('x-amz-checksum-crc32');
      }));

    it.each([
      [501, 'NotImplemented'],
      [400, 'InvalidArgument'],
    ])('goes on without it where it is refused with %i %s, and keeps the condition', (status, code) =>
      withStore(
        (response, { headers }) =>
          headers['x-amz-checksum-crc32'] === undefined
            ? response.writeHead(200, { etag: '"e"' }).end()
            : s3Error(response, status, code),
        async ({ store, seen }) => {
          for (const key of ['a', 'b']) expect(await store.put(key, BODY, { ifAbsent: true, crc32: crc })).toBe('written');
          expect(seen).toHaveLength(3);
          expect(seen[2]?.headers['if-none-match']).toBe('*');
        },
      ),
    );
  });

  it('writes without the condition where the provider does not know it, and remembers', () =>
    withStore(
      (response, { headers }) =>
        headers['if-none-match'] === undefined
          ? response.writeHead(200, { etag: '"e"' }).end()
          : s3Error(response, 501, 'NotImplemented'),
      async ({ store, counts }) => {
        expect(await store.put('a', BODY, { ifAbsent: true })).toBe('written');
        expect(await store.put('b', BODY, { ifAbsent: true })).toBe('written');
        expect(counts.put).toBe(3);
      },
    ));

  it('learns from many writes at once, that were all sent before the first refusal came', () =>
    withStore(
      (response, { headers }) => {
        if (headers['if-none-match'] !== undefined) return s3Error(response, 501, 'NotImplemented');
        if (headers['content-md5'] !== undefined) return reply(response, 200, { etag: '"e"' });
        reply(response, 400, {}, '<Error><Code>InvalidRequest</Code><Message>Content-MD5 is required</Message></Error>');
      },
      async ({ store }) => {
        const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => store.put(`${n}`, BODY, { ifAbsent: true })));
        expect(outcomes).toEqual(Array.from({ length: 8 }, () => 'written'));
      },
    ));

  it('sends a Content-MD5 where the bucket demands one, and remembers', () =>
    withStore(
      (response, { headers, body }) => {
        if (headers['content-md5'] === createHash('md5').update(body).digest('base64'))
          return reply(response, 200, { etag: '"e"' });
        const message =
          'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
        response.writeHead(400).end(`<Error><Code>InvalidRequest</Code><Message>${message}</Message></Error>`);
      },
      async ({ store, counts }) => {
        await store.put('a', BODY);
        await store.put('b', BODY);
        expect(counts.put).toBe(3);
      },
    ));

  it('writes again when the answer was lost', () =>
    withStore(
      (response, _seen, n) => (n === 0 ? response.destroy() : response.writeHead(200, { etag: '"e"' }).end()),
      async ({ store, counts }) => {
        expect(await store.put('a', BODY)).toBe('written');
        expect(counts.put).toBe(2);
      },
    ));

  it('does not believe a 200 that is not from S3', () =>
    withStore(
      (response) => response.end('<html><body>Sign in</body></html>'),
      async ({ store }) => {
        await expect(store.put('a', BODY)).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
        await expect(store.copy('a', { bucket: 'b', key: 'k' })).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
      },
    ));

  it('never has more requests under way than connections', async () => {
    let active = 0;
    let most = 0;
    await withStore(
      (response) => {
        most = Math.max(most, ++active);
        setTimeout(() => {
          active--;
          response.writeHead(200, { etag: '"e"' }).end();
        }, 2);
      },
      async ({ store }) => {
        await Promise.all([...Array(40).keys()].map((n) => store.put(`${n}`, Buffer.from('x'))));
      },
      { connections: 5 },
    );
    expect(most).toBe(5);
  });
});

describe('copy', () => {
  it('takes an error inside a 200 for the error that it is', () =>
    withStore(
      (response, _seen, n) =>
        response
          .writeHead(200)
          .end(n === 0 ? '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>m</Message></Error>' : COPY_RESULT),
      async ({ store, counts }) => {
        expect(await store.copy('a', { bucket: 'source', key: 'k' })).toBe('written');
        expect(counts.copy).toBe(2);
      },
    ));

  it('copies without the condition where the provider does not know it, and remembers', () =>
    withStore(
      (response, { headers }) =>
        headers['if-none-match'] === undefined ? response.end(COPY_RESULT) : s3Error(response, 501, 'NotImplemented'),
      async ({ store, counts }) => {
        for (const key of ['a', 'b'])
          expect(await store.copy(key, { bucket: 'source', key: 'k' }, { ifAbsent: true })).toBe('written');
        expect(counts.copy).toBe(3);
      },
    ));

  it('names the source and the bucket that may be missing', () =>
    withStore(
      (response) => s3Error(response, 404, 'NoSuchBucket'),
      async ({ store }) => {
        await expect(store.copy('a', { bucket: 'source', key: 'k' })).rejects.toMatchObject({
          code: 'DATASTORE_NOT_FOUND',
          message: expect.stringContaining('COPY source/k to store/a') as string,
        });
      },
    ));
});

describe('multipart', () => {
  const started = '<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>';
  const part = Buffer.from('part');
  const partSum = createHash('md5').update(part).digest();
  const wholeEtag = `${createHash('md5').update(partSum).digest('hex')}-1`;

  /** A store that loses the answer to the first complete and then knows the upload no more. */
  const forgetful =
    (partEtag: string, head: Record<string, string> | undefined): Answering =>
    (response, { method, url }, n) => {
      if (url.includes('uploads')) return reply(response, 200, {}, started);
      if (method === 'PUT') return reply(response, 200, { etag: `"${partEtag}"` });
      if (method === 'POST' && n === 2) return void response.destroy();
      if (method === 'POST') return s3Error(response, 404, 'NoSuchUpload');
      if (method === 'GET') return reply(response, 200, {}, listingPage([]));
      response.writeHead(head === undefined ? 404 : 200, head).end();
    };

  const completeWith = (answer: Answering): Promise<void> =>
    withStore(answer, async ({ store }) => {
      const upload = await store.startMultipart('big');
      await upload.uploadPart(1, part);
      await upload.complete();
    });

  it('recognises its own object when the answer to complete was lost', async () => {
    await completeWith(forgetful(partSum.toString('hex'), { etag: `"${wholeEtag}"`, 'content-length': '4' }));
    // With encryption at rest the ETags are no MD5.
    await completeWith(forgetful('encrypted', { etag: '"something-1"', 'content-length': '4' }));
  });

  it.each([
    ['nothing is there', undefined],
    ['another object is there', { etag: '"00000000000000000000000000000000-1"', 'content-length': '4' }],
    ['a shorter object is there', { etag: `"${wholeEtag}"`, 'content-length': '3' }],
  ])('is to be done again when %s', async (_what, head) => {
    await expect(completeWith(forgetful(partSum.toString('hex'), head))).rejects.toMatchObject({
      name: 'TransientError',
      code: 'UPLOAD_LOST',
    });
  });

  it.each([
    ['start', 0],
    ['part', 1],
    ['complete', 2],
  ])('does not believe a 200 that is not from S3: %s', async (_what, odd) => {
    const answer: Answering = (response, { method, url }, n) => {
      if (n === odd) return reply(response, 200, {}, '<html></html>');
      if (url.includes('uploads')) return reply(response, 200, {}, started);
      response.writeHead(200, method === 'PUT' ? { etag: '"e"' } : {}).end();
    };
    await expect(completeWith(answer)).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });
});

describe('delete', () => {
  const refusing = (code: string): string =>
    `<?xml version="1.0"?><DeleteResult><Error><Key>store/b</Key><Code>${code}</Code><Message>m</Message></Error></DeleteResult>`;

  it.each([
    ['AccessDenied', 'ConfigError', 'STORE_ACCESS_DENIED', 1],
    ['InternalError', 'TransientError', 'STORE_FAILED', 3],
    ['SlowDown', 'TransientError', 'STORE_THROTTLED', 3],
    ['SomethingNew', 'ConfigError', 'STORE_REFUSED', 1],
  ])('names the key that one bulk answer refuses with %s', (said, name, code, requests) =>
    withStore(
      (response) => response.end(refusing(said)),
      async ({ store, counts }) => {
        await expect(store.delete(['a', 'b'])).rejects.toMatchObject({ name, code, context: { key: 'store/b' } });
        expect(counts.delete).toBe(requests);
      },
    ),
  );

  it('counts a key that is not there as deleted', () =>
    withStore(
      (response) => response.end(refusing('NoSuchKey')),
      async ({ store }) => {
        await store.delete(['a', 'b']);
      },
    ));

  it('deletes one by one where the provider does not know bulk deletion, and remembers', () =>
    withStore(
      (response, { method }) => {
        if (method === 'POST') return s3Error(response, 501, 'NotImplemented');
        response.writeHead(204).end();
      },
      async ({ store, seen }) => {
        await store.delete(['a', 'b']);
        await store.delete(['c']);
        expect(seen.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
          'POST /bucket/',
          'DELETE /bucket/store/a',
          'DELETE /bucket/store/b',
          'DELETE /bucket/store/c',
        ]);
      },
    ));

  it('sends the checksum that S3 demands, and the MD5 that others do', () =>
    withStore(
      (response) => response.end('<?xml version="1.0"?><DeleteResult></DeleteResult>'),
      async ({ store, seen }) => {
        await store.delete(['a']);
        expect(seen[0]?.headers).toHaveProperty('x-amz-checksum-crc32');
        expect(seen[0]?.headers['content-md5']).toBe(
          createHash('md5')
            .update(seen[0]?.body ?? '')
            .digest('base64'),
        );
      },
    ));
});
