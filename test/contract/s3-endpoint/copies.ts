import { CopyObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const FAILED = { code: 'PreconditionFailed', status: 412 };

export function describeCopies(bench: () => Workbench): void {
  const copy = async (from: string, to: string, more: Partial<CopyObjectCommandInput> = {}): Promise<string> => {
    const { client, bucket, key } = bench();
    const CopySource = `${bucket}/${key(from).split('/').map(encodeURIComponent).join('/')}`;
    const answer = await client.send(new CopyObjectCommand({ Bucket: bucket, Key: key(to), CopySource, ...more }));
    return answer.CopyObjectResult?.ETag ?? '';
  };

  describe('server-side copies', () => {
    it('copies bytes, content type and metadata', async () => {
      const { client, bucket, key, put, get } = bench();
      await put('copy/from', 'the bytes', { ContentType: 'text/x-log', Metadata: { a: 'b' } });
      const etag = await copy('copy/from', 'copy/to');
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key('copy/to') }));
      expect((await get('copy/to')).toString()).toBe('the bytes');
      expect(head).toMatchObject({ ETag: etag, ContentType: 'text/x-log', Metadata: { a: 'b' } });
    });

    it('finds a source whose key needs encoding', async () => {
      const { put, get } = bench();
      await put('copy/2025-11-04T08:00:00Z/ü +%&', 'odd');
      await copy('copy/2025-11-04T08:00:00Z/ü +%&', 'copy/odd');
      expect((await get('copy/odd')).toString()).toBe('odd');
    });

    it('replaces metadata when told to', async () => {
      const { client, bucket, key, put } = bench();
      await put('copy/old', 'x', { Metadata: { a: 'b' } });
      await copy('copy/old', 'copy/new', { MetadataDirective: 'REPLACE', Metadata: { c: 'd' } });
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key('copy/new') }));
      expect(head.Metadata).toEqual({ c: 'd' });
    });

    it('says NoSuchKey when the source is not there', async () => {
      expect(await refusal(copy('copy/absent', 'copy/x'))).toEqual({ code: 'NoSuchKey', status: 404 });
    });

    it('copies only while the source has the ETag asked for', async () => {
      const { put, get } = bench();
      const stale = await put('copy/pinned', 'first');
      const current = await put('copy/pinned', 'second');
      expect(await refusal(copy('copy/pinned', 'copy/pinned-to', { CopySourceIfMatch: stale }))).toEqual(FAILED);
      await copy('copy/pinned', 'copy/pinned-to', { CopySourceIfMatch: current });
      expect((await get('copy/pinned-to')).toString()).toBe('second');
    });

    it('refuses If-None-Match: * where the destination is there', async () => {
      const { put, get } = bench();
      await put('copy/source', 'new');
      await put('copy/taken', 'old');
      expect(await refusal(copy('copy/source', 'copy/taken', { IfNoneMatch: '*' }))).toEqual(FAILED);
      expect((await get('copy/taken')).toString()).toBe('old');
      await copy('copy/source', 'copy/free', { IfNoneMatch: '*' });
      expect((await get('copy/free')).toString()).toBe('new');
    });

    it('refuses to copy an object onto itself unchanged', async () => {
      await bench().put('copy/self', 'x');
      expect(await refusal(copy('copy/self', 'copy/self'))).toEqual({ code: 'InvalidRequest', status: 400 });
    });
  });
}
