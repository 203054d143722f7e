import {
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusalStatus } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const ODD_NAMES = [
  'plain',
  'with space',
  'plus+and&and=',
  '2025-11-04T08:00:00Z',
  'percent%20 and %',
  'üñí/日本語/😀',
  'quotes\'"()!*~',
  'a/../b/./c',
  'two//slashes',
  '.hidden',
  'hash#question?;,@$',
  'ends/in/a/slash/',
];

export function describeReads(bench: () => Workbench): void {
  describe('reads', () => {
    it.each(ODD_NAMES)('keeps an object under the key %j and lists it as such', async (name) => {
      const { put, get, list } = bench();
      await put(`odd/${name}`, `content of ${name}`);
      expect((await get(`odd/${name}`)).toString()).toBe(`content of ${name}`);
      expect(await list(`odd/${name}`)).toContain(`odd/${name}`);
    });

    it('keeps an object "a" beside objects below "a/"', async () => {
      const { put, get, list } = bench();
      await put('beside/a', 'first');
      await put('beside/a/b', 'below');
      await put('beside/a', 'second');
      expect((await get('beside/a')).toString()).toBe('second');
      expect((await get('beside/a/b')).toString()).toBe('below');
      expect(await list('beside/')).toEqual(['beside/a', 'beside/a/b']);
    });

    it('keeps content type and user metadata', async () => {
      const { client, bucket, key, put } = bench();
      await put('described', 'x', { ContentType: 'application/json', Metadata: { origin: 'pbs main', sum: '1=2' } });
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key('described') }));
      expect(head).toMatchObject({
        ContentType: 'application/json',
        ContentLength: 1,
        Metadata: { origin: 'pbs main', sum: '1=2' },
      });
    });

    it('answers the same ETag to PUT, HEAD, GET and LIST', async () => {
      const { client, bucket, key, put } = bench();
      const at = { Bucket: bucket, Key: key('etag') };
      const written = await put('etag', 'some bytes');
      const head = await client.send(new HeadObjectCommand(at));
      const got = await client.send(new GetObjectCommand(at));
      await got.Body?.transformToByteArray();
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: at.Key }));
      expect([head.ETag, got.ETag, page.Contents?.[0]?.ETag]).toEqual([written, written, written]);
    });

    it('keeps an empty object', async () => {
      const { put, get } = bench();
      await put('empty', '');
      expect(await get('empty')).toHaveLength(0);
    });

    it('says NoSuchKey for a GET and 404 for a HEAD of a key that is not there', async () => {
      const { client, bucket, key, get } = bench();
      expect(await refusal(get('absent'))).toEqual({ code: 'NoSuchKey', status: 404 });
      expect(await refusalStatus(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key('absent') })))).toBe(404);
    });

    it('says NoSuchBucket for a GET and a LIST, and 404 for a HEAD, of a bucket that is not there', async () => {
      const { client, key } = bench();
      const Bucket = 'flotilla-contract-no-such-bucket-7f3a';
      expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: key('x') })))).toEqual({
        code: 'NoSuchBucket',
        status: 404,
      });
      expect(await refusal(client.send(new ListObjectsV2Command({ Bucket })))).toEqual({ code: 'NoSuchBucket', status: 404 });
      expect(await refusalStatus(client.send(new HeadBucketCommand({ Bucket })))).toBe(404);
    });

    it('answers HeadBucket and GetBucketLocation of the bucket', async () => {
      const { client, bucket } = bench();
      const head = await client.send(new HeadBucketCommand({ Bucket: bucket }));
      const location = await client.send(new GetBucketLocationCommand({ Bucket: bucket }));
      expect([head.$metadata.httpStatusCode, location.$metadata.httpStatusCode]).toEqual([200, 200]);
    });

    it('serves a GET only while If-Match holds', async () => {
      const { put, get } = bench();
      const etag = await put('if-match', 'one');
      expect((await get('if-match', { IfMatch: etag })).toString()).toBe('one');
      await put('if-match', 'two');
      expect(await refusal(get('if-match', { IfMatch: etag }))).toEqual({ code: 'PreconditionFailed', status: 412 });
    });

    it('answers 304 to a GET with If-None-Match of the current ETag', async () => {
      const { put, get } = bench();
      const etag = await put('if-none-match', 'one');
      expect(await refusalStatus(get('if-none-match', { IfNoneMatch: etag }))).toBe(304);
      expect((await get('if-none-match', { IfNoneMatch: '"00000000000000000000000000000000"' })).toString()).toBe('one');
    });
  });

  describe('ranges', () => {
    it.each([
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-4', '4', 'bytes 4-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=8-100', '89', 'bytes 8-9/10'],
    ])('serves %s of ten bytes', async (Range, expected, range) => {
      const { client, bucket, key, put } = bench();
      await put('ten', '0123456789');
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key('ten'), Range }));
      expect(await answer.Body?.transformToString()).toBe(expected);
      expect(answer).toMatchObject({ ContentRange: range, ContentLength: expected.length, $metadata: { httpStatusCode: 206 } });
    });

    it('says InvalidRange when a range begins past the end', async () => {
      const { put, get } = bench();
      await put('ten', '0123456789');
      expect(await refusal(get('ten', { Range: 'bytes=10-' }))).toEqual({ code: 'InvalidRange', status: 416 });
    });

    it('serves a range only while If-Match holds', async () => {
      const { put, get } = bench();
      const etag = await put('ranged', '0123456789');
      expect((await get('ranged', { Range: 'bytes=2-3', IfMatch: etag })).toString()).toBe('23');
      await put('ranged', 'another');
      expect(await refusal(get('ranged', { Range: 'bytes=2-3', IfMatch: etag }))).toEqual({
        code: 'PreconditionFailed',
        status: 412,
      });
    });
  });
}
