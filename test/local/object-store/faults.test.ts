import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { Fault, FaultPlan, FaultRequest } from '../../../lib/local/object-store/faults.ts';
import type { RequestRecord } from '../../../lib/local/object-store/server.ts';
import { openStore } from './open-store.ts';

const at = { Bucket: 'box', Key: 'thing' };
const put = (client: S3Client, body: string | Buffer): Promise<unknown> =>
  client.send(new PutObjectCommand({ ...at, Body: Buffer.from(body) }));
const get = (client: S3Client): Promise<GetObjectCommandOutput> => client.send(new GetObjectCommand(at));
const text = async (client: S3Client): Promise<string> => (await (await get(client)).Body?.transformToString()) ?? '';

const on =
  (operation: FaultRequest['operation'], fault: Fault): FaultPlan =>
  (request) =>
    request.operation === operation ? fault : undefined;

describe('faults', () => {
  it('answer with an error instead of doing anything', async () => {
    const { client, server } = await openStore({
      faults: on('PutObject', {
        kind: 'error',
        status: 503,
        code: 'SlowDown',
        message: 'Reduce your request rate.',
        retryAfterSeconds: 1,
      }),
    });
    const refused = { name: 'SlowDown', message: 'Reduce your request rate.', $metadata: { httpStatusCode: 503 } };
    await expect(put(client, 'x')).rejects.toMatchObject(refused);
    server.setFaults(undefined);
    await expect(get(client)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('answer with an error after the work was done', async () => {
    const { client } = await openStore({
      faults: on('PutObject', { kind: 'error', status: 500, code: 'InternalError', when: 'after' }),
    });
    await expect(put(client, 'done')).rejects.toMatchObject({ name: 'InternalError' });
    expect(await text(client)).toBe('done');
  });

  it('cut the connection before or after the work was done', async () => {
    const { client, server } = await openStore({ faults: on('PutObject', { kind: 'reset', when: 'before' }) });
    await expect(put(client, 'lost')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(get(client)).rejects.toMatchObject({ name: 'NoSuchKey' });
    server.setFaults(on('PutObject', { kind: 'reset', when: 'after' }));
    await expect(put(client, 'answer lost')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await text(client)).toBe('answer lost');
  });

  it('put an error into the success of a completion, as S3 does', async () => {
    const { client } = await openStore({
      faults: on('CompleteMultipartUpload', { kind: 'error', status: 200, code: 'InternalError' }),
    });
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: Buffer.from('x') }));
    const completion = new CompleteMultipartUploadCommand({
      ...at,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    });
    await expect(client.send(completion)).rejects.toMatchObject({ name: 'InternalError' });
    await expect(get(client)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('end a body early', async () => {
    const { client, server } = await openStore();
    await put(client, '0123456789');
    server.setFaults(on('GetObject', { kind: 'truncate', bytes: 4 }));
    const { Body, ContentLength } = await get(client);
    expect(ContentLength).toBe(10);
    await expect(Body?.transformToByteArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('flip one bit of a body', async () => {
    const { client, server } = await openStore();
    await put(client, '0123456789');
    server.setFaults(on('GetObject', { kind: 'corrupt', offset: 3 }));
    const { Body } = await client.send(new GetObjectCommand({ ...at, Range: 'bytes=0-' }));
    expect(await Body?.transformToString()).toBe('0122456789');
    server.setFaults(undefined);
    expect(await text(client)).toBe('0123456789');
  });

  it('slow a body down without changing it', async () => {
    const { client, server } = await openStore();
    await put(client, Buffer.alloc(2000, 7));
    server.setFaults(on('GetObject', { kind: 'slow', bytesPerSecond: 40_000 }));
    expect((await text(client)).length).toBe(2000);
  });

  it.each([{ kind: 'stall' }, { kind: 'stall', bytes: 3 }] as const)('hold an answer back for good: %j', async (fault) => {
    const { client, server } = await openStore();
    await put(client, '0123456789');
    server.setFaults(on('GetObject', fault));
    const given = new AbortController();
    const read = client
      .send(new GetObjectCommand(at), { abortSignal: given.signal })
      .then((answer) => answer.Body?.transformToString());
    setTimeout(() => given.abort(), 50);
    await expect(read).rejects.toThrow();
  });

  it('refuse some keys of a DeleteObjects', async () => {
    const refuse: Fault = {
      kind: 'delete-errors',
      of: (key) => (key === 'b' ? { code: 'AccessDenied', message: 'locked' } : undefined),
    };
    const { client } = await openStore({ faults: on('DeleteObjects', refuse) });
    const Objects = ['a', 'b'].map((Key) => ({ Key }));
    const answer = await client.send(new DeleteObjectsCommand({ Bucket: 'box', Delete: { Objects } }));
    expect(answer.Errors).toEqual([{ Key: 'b', Code: 'AccessDenied', Message: 'locked' }]);
    expect(answer.Deleted).toEqual([{ Key: 'a' }]);
  });

  it('are decided by how often a request was seen', async () => {
    const seen: FaultRequest[] = [];
    const { client } = await openStore({
      faults: (request) => {
        seen.push(request);
        return request.attempt === 1 && request.operation === 'HeadObject'
          ? { kind: 'error', status: 503, code: 'SlowDown' }
          : undefined;
      },
    });
    await put(client, 'x');
    const head = (Key: string): Promise<unknown> => client.send(new HeadObjectCommand({ ...at, Key }));
    await expect(head('thing')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await head('thing');
    await expect(head('other')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(seen.map((one) => [one.operation, one.key, one.attempt, one.count])).toEqual([
      ['PutObject', 'thing', 1, 1],
      ['HeadObject', 'thing', 1, 1],
      ['HeadObject', 'thing', 2, 2],
      ['HeadObject', 'other', 1, 3],
    ]);
  });
});

describe('latency and bandwidth', () => {
  it('change nothing but the time', async () => {
    const { client } = await openStore({ latencyMs: 2, bytesPerSecond: 20_000_000 });
    await put(client, Buffer.alloc(400_000, 1));
    expect((await text(client)).length).toBe(400_000);
  });
});

describe('counts and records', () => {
  it('tell every request, failed ones too, by the name of its operation', async () => {
    const records: RequestRecord[] = [];
    const { client, server } = await openStore({ onRequest: (record) => records.push(record) });
    await put(client, '12345');
    await text(client);
    await expect(client.send(new GetObjectCommand({ ...at, Key: 'absent' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(server.counts()).toEqual({ PutObject: 1, GetObject: 2 });
    expect(records.map((one) => [one.operation, one.key, one.status])).toEqual([
      ['PutObject', 'thing', 200],
      ['GetObject', 'thing', 200],
      ['GetObject', 'absent', 404],
    ]);
    expect(records[1]).toMatchObject({ bucket: 'box', method: 'GET', bytesSent: 5 });
    server.resetCounts();
    expect(server.counts()).toEqual({});
  });
});
