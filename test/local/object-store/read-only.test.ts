import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, temporaryFolder } from './open-store.ts';
import type { OpenStore } from './open-store.ts';

async function openReadOnly(): Promise<OpenStore & { readonly folder: string }> {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'alpha'));
  await writeFile(path.join(folder, 'alpha', 'owner'), 'root@pam');
  return { ...(await openStore({ readOnly: { samples: folder } })), folder };
}

describe('a bucket served read-only', () => {
  it('is read, listed and copied from as any other', async () => {
    const { client, root } = await openReadOnly();
    const got = await client.send(new GetObjectCommand({ Bucket: 'samples', Key: 'alpha/owner' }));
    const page = await client.send(new ListObjectsV2Command({ Bucket: 'samples' }));
    const all = await client.send(new ListBucketsCommand({}));
    await client.send(new CopyObjectCommand({ Bucket: 'box', Key: 'copied', CopySource: 'samples/alpha/owner' }));
    expect(await got.Body?.transformToString()).toBe('root@pam');
    expect(page.Contents).toMatchObject([{ Key: 'alpha/owner', Size: 8 }]);
    expect(all.Buckets?.map((one) => one.Name)).toEqual(['box', 'samples']);
    expect(await readdir(path.join(root, 'box'))).toEqual(['copied']);
  });

  it('refuses every write as AccessDenied, and its folder stays as it was', async () => {
    const { client, folder } = await openReadOnly();
    const at = { Bucket: 'samples', Key: 'alpha/owner' };
    const writes = [
      client.send(new PutObjectCommand({ ...at, Body: Buffer.from('x') })),
      client.send(new DeleteObjectCommand(at)),
      client.send(new CopyObjectCommand({ ...at, CopySource: 'samples/alpha/owner' })),
      client.send(new CreateMultipartUploadCommand(at)),
    ];
    for (const outcome of await Promise.allSettled(writes)) expect(outcome).toMatchObject({ reason: { name: 'AccessDenied' } });
    const deletion = await client.send(new DeleteObjectsCommand({ Bucket: 'samples', Delete: { Objects: [{ Key: at.Key }] } }));
    expect(deletion.Errors).toMatchObject([{ Key: at.Key, Code: 'AccessDenied' }]);
    expect(await readdir(folder, { recursive: true })).toEqual(['alpha', 'alpha/owner']);
  });
});
