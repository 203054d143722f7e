import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { patternBytes, refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const FAILED = { code: 'PreconditionFailed', status: 412 };

export function describeConditionalWrites(bench: () => Workbench): void {
  describe('conditional writes', () => {
    it('writes with If-None-Match: * where nothing is, and refuses it where an object is', async () => {
      const { put, get } = bench();
      await put('once', 'first', { IfNoneMatch: '*' });
      expect(await refusal(put('once', 'second', { IfNoneMatch: '*' }))).toEqual(FAILED);
      expect((await get('once')).toString()).toBe('first');
    });

    it('lets one of many writers with If-None-Match: * through', async () => {
      const { put, get } = bench();
      const tries = Array.from({ length: 8 }, (_, index) => put('race', `writer ${String(index)}`, { IfNoneMatch: '*' }));
      const outcomes = await Promise.allSettled(tries);
      const winners = outcomes.flatMap((one, index) => (one.status === 'fulfilled' ? [`writer ${String(index)}`] : []));
      expect(winners).toHaveLength(1);
      expect((await get('race')).toString()).toBe(winners[0]);
    });

    it('writes with If-None-Match: * again after a delete', async () => {
      const { put, get, client, bucket, key } = bench();
      await put('again', 'first', { IfNoneMatch: '*' });
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key('again') }));
      await put('again', 'second', { IfNoneMatch: '*' });
      expect((await get('again')).toString()).toBe('second');
    });

    it('replaces with If-Match of the current ETag, and refuses a stale one', async () => {
      const { put, get } = bench();
      const first = await put('swap', 'first');
      const second = await put('swap', 'second', { IfMatch: first });
      expect(second).not.toBe(first);
      expect(await refusal(put('swap', 'third', { IfMatch: first }))).toEqual(FAILED);
      expect((await get('swap')).toString()).toBe('second');
    });

    it('says NoSuchKey to If-Match where nothing is', async () => {
      const { put } = bench();
      const refused = await refusal(put('nothing', 'x', { IfMatch: '"d41d8cd98f00b204e9800998ecf8427e"' }));
      expect(refused).toEqual({ code: 'NoSuchKey', status: 404 });
    });

    it('shows a reader the old object or the new one, whole', async () => {
      const { put, get } = bench();
      const versions = [patternBytes(300_000, 1), patternBytes(300_000, 2)];
      await put('atomic', versions[0] ?? '');
      const reads: Promise<Buffer>[] = [];
      for (let round = 0; round < 6; round += 1) {
        const write = put('atomic', versions[round % 2] ?? '');
        reads.push(get('atomic'), get('atomic'));
        await write;
      }
      for (const read of await Promise.all(reads)) expect(versions.some((version) => version.equals(read))).toBe(true);
    });
  });
}
