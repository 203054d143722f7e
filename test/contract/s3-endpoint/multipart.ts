import { ListMultipartUploadsCommand, ListPartsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { startUpload } from './upload.ts';
import { patternBytes, refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const PART_BYTES = 5 * 1024 * 1024;
const BIG = patternBytes(PART_BYTES, 3);
const FAILED = { code: 'PreconditionFailed', status: 412 };

export function describeMultipart(bench: () => Workbench): void {
  describe('multipart uploads', () => {
    it('joins parts, uploaded in any order, and shows the object only when it is complete', async () => {
      const { get } = bench();
      const upload = await startUpload(bench(), 'multi/joined');
      const last = await upload.part(2, Buffer.from('the end'));
      const first = await upload.part(1, BIG);
      expect((await refusal(get('multi/joined'))).code).toBe('NoSuchKey');
      const { ETag } = await upload.complete([first, last]);
      expect(ETag).toMatch(/-2"$/);
      expect((await get('multi/joined')).equals(Buffer.concat([BIG, Buffer.from('the end')]))).toBe(true);
      expect((await get('multi/joined', { Range: `bytes=${String(PART_BYTES)}-` })).toString()).toBe('the end');
    });

    it('takes a part again and keeps the later one', async () => {
      const upload = await startUpload(bench(), 'multi/again');
      await upload.part(1, Buffer.from('first try'));
      const second = await upload.part(1, Buffer.from('second try'));
      await upload.complete([second]);
      expect((await bench().get('multi/again')).toString()).toBe('second try');
    });

    it('lists an upload under way and its parts', async () => {
      const { client, bucket, key } = bench();
      const upload = await startUpload(bench(), 'multi/listed');
      await upload.part(7, Buffer.from('seven'));
      await upload.part(2, Buffer.from('two'));
      const parts = await client.send(new ListPartsCommand({ Bucket: bucket, Key: key('multi/listed'), UploadId: upload.id }));
      expect(parts.Parts?.map((part) => [part.PartNumber, part.Size])).toEqual([
        [2, 3],
        [7, 5],
      ]);
      const all = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key('multi/listed') }));
      expect(all.Uploads?.map((one) => [one.Key, one.UploadId])).toEqual([[key('multi/listed'), upload.id]]);
    });

    it('says NoSuchUpload after an abort, and nothing of the upload is left', async () => {
      const upload = await startUpload(bench(), 'multi/aborted');
      const part = await upload.part(1, Buffer.from('x'));
      await upload.abort();
      expect(await refusal(upload.part(2, Buffer.from('y')))).toEqual({ code: 'NoSuchUpload', status: 404 });
      expect(await refusal(upload.complete([part]))).toEqual({ code: 'NoSuchUpload', status: 404 });
      expect(await bench().list('multi/aborted')).toEqual([]);
    });

    it('says EntityTooSmall when a part before the last is under 5 MiB', async () => {
      const upload = await startUpload(bench(), 'multi/small');
      const parts = [await upload.part(1, Buffer.from('too small')), await upload.part(2, Buffer.from('last'))];
      expect(await refusal(upload.complete(parts))).toEqual({ code: 'EntityTooSmall', status: 400 });
    });

    it('says InvalidPart when a listed part is not there or has another ETag', async () => {
      const upload = await startUpload(bench(), 'multi/invalid');
      const part = await upload.part(1, Buffer.from('x'));
      expect(await refusal(upload.complete([{ ...part, PartNumber: 2 }]))).toEqual({ code: 'InvalidPart', status: 400 });
      const other = { PartNumber: 1, ETag: '"00000000000000000000000000000000"' };
      expect(await refusal(upload.complete([other]))).toEqual({ code: 'InvalidPart', status: 400 });
    });

    it('says InvalidPartOrder when parts are listed out of order', async () => {
      const upload = await startUpload(bench(), 'multi/order');
      // Both long enough to be first: the order is all that is wrong.
      const parts = [await upload.part(1, BIG), await upload.part(2, BIG)];
      expect(await refusal(upload.complete(parts.toReversed()))).toEqual({ code: 'InvalidPartOrder', status: 400 });
    });

    it('refuses to complete with If-None-Match: * where an object is, and leaves that object', async () => {
      const { put, get } = bench();
      await put('multi/taken', 'old');
      const upload = await startUpload(bench(), 'multi/taken');
      const part = await upload.part(1, Buffer.from('new'));
      expect(await refusal(upload.complete([part], { IfNoneMatch: '*' }))).toEqual(FAILED);
      expect((await get('multi/taken')).toString()).toBe('old');
    });

    it('completes with If-None-Match: * where nothing is', async () => {
      const upload = await startUpload(bench(), 'multi/free');
      const part = await upload.part(1, Buffer.from('new'));
      await upload.complete([part], { IfNoneMatch: '*' });
      expect((await bench().get('multi/free')).toString()).toBe('new');
    });
  });

  describe('parts copied on the server', () => {
    it('joins ranges of another object', async () => {
      const { put, get } = bench();
      const source = Buffer.concat([BIG, Buffer.from('tail')]);
      const etag = await put('multi/source', source);
      const upload = await startUpload(bench(), 'multi/copied');
      const first = await upload.partCopy(1, 'multi/source', {
        CopySourceRange: `bytes=0-${String(PART_BYTES - 1)}`,
        CopySourceIfMatch: etag,
      });
      const last = await upload.partCopy(2, 'multi/source', {
        CopySourceRange: `bytes=${String(PART_BYTES)}-${String(source.length - 1)}`,
      });
      await upload.complete([first, last]);
      expect((await get('multi/copied')).equals(source)).toBe(true);
    });

    it('refuses a source that has another ETag by now', async () => {
      const { put } = bench();
      const stale = await put('multi/changing', 'first');
      await put('multi/changing', 'second');
      const upload = await startUpload(bench(), 'multi/stale');
      expect(await refusal(upload.partCopy(1, 'multi/changing', { CopySourceIfMatch: stale }))).toEqual(FAILED);
    });

    it('says NoSuchKey for a source that is not there', async () => {
      const upload = await startUpload(bench(), 'multi/no-source');
      expect(await refusal(upload.partCopy(1, 'multi/absent'))).toEqual({ code: 'NoSuchKey', status: 404 });
    });

    it('refuses a range that ends past the source', async () => {
      await bench().put('multi/short', 'short');
      const upload = await startUpload(bench(), 'multi/past');
      const { status } = await refusal(upload.partCopy(1, 'multi/short', { CopySourceRange: 'bytes=0-5' }));
      expect([400, 416]).toContain(status);
    });
  });
}
