import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

export function describeDeletes(bench: () => Workbench): void {
  describe('deletes', () => {
    it('deletes an object, and counts one that is not there as deleted', async () => {
      const { client, bucket, key, put, get } = bench();
      const at = { Bucket: bucket, Key: key('gone') };
      await put('gone', 'x');
      await client.send(new DeleteObjectCommand(at));
      expect((await refusal(get('gone'))).code).toBe('NoSuchKey');
      const again = await client.send(new DeleteObjectCommand(at));
      expect(again.$metadata.httpStatusCode).toBe(204);
    });

    it('deletes with If-Match of the current ETag only', async () => {
      const { client, bucket, key, put, get } = bench();
      const stale = await put('guarded', 'first');
      const current = await put('guarded', 'second');
      const remove = (IfMatch: string): Promise<unknown> =>
        client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key('guarded'), IfMatch }));
      expect(await refusal(remove(stale))).toEqual({ code: 'PreconditionFailed', status: 412 });
      expect((await get('guarded')).toString()).toBe('second');
      await remove(current);
      expect((await refusal(get('guarded'))).code).toBe('NoSuchKey');
    });

    it('deletes exactly the keys of a DeleteObjects and names each of them', async () => {
      const { client, bucket, key, put, list } = bench();
      const names = ['many/a & b', 'many/<c>', 'many/d'];
      for (const name of names) await put(name, 'x');
      await put('many/stays', 'x');
      const Objects = [...names, 'many/never was'].map((name) => ({ Key: key(name) }));
      const answer = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      expect(answer.Deleted?.map((one) => one.Key).sort()).toEqual(Objects.map((one) => one.Key).sort());
      expect(answer.Errors ?? []).toEqual([]);
      expect(await list('many/')).toEqual(['many/stays']);
    });

    it('says nothing of what a quiet DeleteObjects deleted', async () => {
      const { client, bucket, key, put, list } = bench();
      await put('quiet/a', 'x');
      const Delete = { Objects: [{ Key: key('quiet/a') }], Quiet: true };
      const answer = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
      expect([answer.Deleted ?? [], answer.Errors ?? []]).toEqual([[], []]);
      expect(await list('quiet/')).toEqual([]);
    });

    it('refuses a DeleteObjects without keys as MalformedXML', async () => {
      const { client, bucket } = bench();
      const request = client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [] } }));
      expect(await refusal(request)).toEqual({ code: 'MalformedXML', status: 400 });
    });
  });
}
