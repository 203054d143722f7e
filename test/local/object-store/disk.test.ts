import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, temporaryFolder } from './open-store.ts';

const put = (client: S3Client, Key: string, body: string, more: object = {}): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket: 'box', Key, Body: Buffer.from(body), ...more }));
const head = (client: S3Client, Key: string) => client.send(new HeadObjectCommand({ Bucket: 'box', Key }));
const get = async (client: S3Client, Key: string): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'box', Key }));
  return (await Body?.transformToString()) ?? '';
};
const keys = async (client: S3Client): Promise<(string | undefined)[]> => {
  const page = await client.send(new ListObjectsV2Command({ Bucket: 'box' }));
  return (page.Contents ?? []).map((one) => one.Key);
};
const md5 = (text: string): string => `"${createHash('md5').update(text).digest('hex')}"`;

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
    .sort();
}

describe('objects on disk', () => {
  it('are plain files at the path that their key says', async () => {
    const { root, client } = await openStore();
    await put(client, 'main/host/web/2025-11-04T08:00:00Z/index.json.blob', 'manifest');
    const file = path.join(root, 'box', 'main', 'host', 'web', '2025-11-04T08:00:00Z', 'index.json.blob');
    expect(await readFile(file, 'utf8')).toBe('manifest');
    expect(await filesBelow(path.join(root, 'box'))).toHaveLength(1);
  });

  it('may be dropped in, and have the ETag of an upload', async () => {
    const { root, client } = await openStore();
    await mkdir(path.join(root, 'box', 'dropped'));
    await writeFile(path.join(root, 'box', 'dropped', 'in'), 'by hand');
    expect(await get(client, 'dropped/in')).toBe('by hand');
    expect((await head(client, 'dropped/in')).ETag).toBe(md5('by hand'));
  });

  it('get a new ETag when their file was changed from outside', async () => {
    const { root, client } = await openStore();
    await put(client, 'edited', 'before');
    await writeFile(path.join(root, 'box', 'edited'), 'after the edit');
    expect((await head(client, 'edited')).ETag).toBe(md5('after the edit'));
  });

  it('keep what is known of them when the store is started again', async () => {
    const { root, client } = await openStore();
    await put(client, 'kept', 'x', { ContentType: 'text/x-kept', Metadata: { a: 'b' } });
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: 'box', Key: 'parts' }));
    const at = { Bucket: 'box', Key: 'parts', UploadId };
    const restarted = (await openStore({ root })).client;
    const { ETag } = await restarted.send(new UploadPartCommand({ ...at, PartNumber: 1, Body: Buffer.from('part') }));
    const done = await client.send(
      new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }),
    );
    expect(await head(restarted, 'kept')).toMatchObject({ ContentType: 'text/x-kept', Metadata: { a: 'b' } });
    expect((await head(restarted, 'parts')).ETag).toBe(done.ETag);
  });

  it('have the MD5 of their bytes as ETag once copied, whatever they were uploaded as', async () => {
    const { client } = await openStore();
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: 'box', Key: 'parts' }));
    const at = { Bucket: 'box', Key: 'parts', UploadId };
    const { ETag } = await client.send(new UploadPartCommand({ ...at, PartNumber: 1, Body: Buffer.from('part') }));
    await client.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    const copy = await client.send(new CopyObjectCommand({ Bucket: 'box', Key: 'copy', CopySource: 'box/parts' }));
    expect(copy.CopyObjectResult?.ETag).toBe(md5('part'));
  });

  it('leave nothing behind when they are deleted', async () => {
    const { root, client } = await openStore();
    await put(client, 'a/b/c', 'x');
    await put(client, 'a/d', 'x');
    await client.send(new DeleteObjectCommand({ Bucket: 'box', Key: 'a/b/c' }));
    expect(await readdir(path.join(root, 'box', 'a'))).toEqual(['d']);
    await client.send(new DeleteObjectCommand({ Bucket: 'box', Key: 'a/d' }));
    expect(await readdir(path.join(root, 'box'))).toEqual([]);
    expect(await filesBelow(path.join(root, '.flotilla'))).toEqual([]);
  });

  it('leave nothing behind when they are refused', async () => {
    const { root, client } = await openStore();
    const big = 'x'.repeat(3_000_000);
    await put(client, 'taken', 'x');
    await expect(put(client, 'wrong', big, { ContentMD5: 'XrY7u+Ae7tCTyyK7j1rNww==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(put(client, 'taken', big, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put(client, 'taken', big, { IfMatch: '"stale"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await readdir(path.join(root, '.flotilla', 'tmp'))).toEqual([]);
    expect(await keys(client)).toEqual(['taken']);
  });

  it('make way for a folder of their name, and come back under it', async () => {
    const { root, client } = await openStore();
    await put(client, 'a', 'object', { ContentType: 'text/x-a' });
    await put(client, 'a/b', 'below');
    expect(await filesBelow(path.join(root, 'box'))).toEqual(['%@a', 'a/b']);
    await client.send(new DeleteObjectCommand({ Bucket: 'box', Key: 'a/b' }));
    await put(client, 'a', 'replaced');
    expect(await filesBelow(path.join(root, 'box'))).toEqual(['%@a']);
    expect([await get(client, 'a'), await keys(client)]).toEqual(['replaced', ['a']]);
  });
});

describe('the folder of a bucket', () => {
  it.each(['../escaped', '../../escaped', '/escaped', 'a/../../../escaped', '..', './x'])(
    'is not left by the key %j',
    async (key) => {
      const outer = await temporaryFolder();
      const { client } = await openStore({ root: path.join(outer, 'deep', 'root') });
      await put(client, key, 'contained');
      expect(await get(client, key)).toBe('contained');
      expect(await keys(client)).toEqual([key]);
      const outside = (await filesBelow(outer)).filter(
        (file) => !file.startsWith('deep/root/box/') && !file.startsWith('deep/root/.flotilla/'),
      );
      expect(outside).toEqual([]);
    },
  );

  it('is not left by a symbolic link, reading or writing', async () => {
    const outer = await temporaryFolder();
    await writeFile(path.join(outer, 'secret'), 'secret');
    const { root, client } = await openStore();
    await symlink(outer, path.join(root, 'box', 'out'));
    await symlink(path.join(outer, 'secret'), path.join(root, 'box', 'link'));
    await expect(get(client, 'out/secret')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(get(client, 'link')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(put(client, 'out/written', 'x')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await keys(client)).toEqual([]);
    expect(await readdir(outer)).toEqual(['secret']);
  });

  it('refuses a key that a file system cannot hold', async () => {
    const { client } = await openStore();
    await expect(put(client, `a/${'x'.repeat(300)}`, 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
    await expect(get(client, `a/${'x'.repeat(300)}`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('two stores over one folder', () => {
  it('let one of their writers with If-None-Match: * through', async () => {
    const { root, client } = await openStore();
    const other = (await openStore({ root })).client;
    const tries = [client, other, client, other].map((one, index) =>
      put(one, 'race', `writer ${String(index)}`, { IfNoneMatch: '*' }),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('see what the other wrote, with what is known of it', async () => {
    const { root, client } = await openStore();
    const other = (await openStore({ root })).client;
    await put(client, 'seen', 'one', { ContentType: 'text/x-one' });
    expect((await head(other, 'seen')).ContentType).toBe('text/x-one');
    await put(client, 'seen', 'two', { ContentType: 'text/x-two' });
    expect(await head(other, 'seen')).toMatchObject({ ContentType: 'text/x-two', ETag: md5('two') });
  });

  it('take away what a process that died had under way', async () => {
    const root = await temporaryFolder();
    const scratch = path.join(root, '.flotilla', 'tmp');
    await mkdir(scratch, { recursive: true });
    // No process has this id: it is above the kernel's highest.
    await writeFile(path.join(scratch, '99999999-1'), 'half an upload');
    await writeFile(path.join(scratch, `${String(process.pid)}-999999`), 'under way');
    await openStore({ root });
    expect(await readdir(scratch)).toEqual([`${String(process.pid)}-999999`]);
  });
});
