import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly continued: boolean;
}

async function send(url: string, options: { method: string; headers?: Record<string, string> }): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  let continued = false;
  const sent = httpRequest(url, options, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body, continued }));
  });
  sent.on('continue', () => (continued = true)).on('error', reject);
  if (options.headers?.expect === undefined) sent.end();
  else sent.flushHeaders();
  return promise;
}

describe('the endpoint', () => {
  it('answers an unsigned request with the error document of S3', async () => {
    const { server } = await openStore();
    const { status, headers, body } = await send(`${server.endpoint}/box/a%20%26b`, { method: 'GET' });
    expect([status, headers['content-type']]).toEqual([403, 'application/xml']);
    const id = String(headers['x-amz-request-id']);
    expect(body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><Resource>/box/a &amp;b</Resource><RequestId>${id}</RequestId></Error>`,
    );
  });

  it('answers a HEAD without a body', async () => {
    const { server } = await openStore();
    expect(await send(`${server.endpoint}/box/a`, { method: 'HEAD' })).toMatchObject({ status: 403, body: '' });
  });

  it('says InvalidURI to a path that is no UTF-8', async () => {
    const { server } = await openStore();
    expect((await send(`${server.endpoint}/box/%ff`, { method: 'GET' })).body).toContain('<Code>InvalidURI</Code>');
  });

  it('does not ask for a body that it will refuse', async () => {
    const { server } = await openStore();
    const headers = { expect: '100-continue', 'content-length': '10' };
    const answer = await send(`${server.endpoint}/box/a`, { method: 'PUT', headers });
    expect([answer.status, answer.continued, answer.headers.connection]).toEqual([403, false, 'close']);
  });

  it('says NotImplemented to what it does not do, rather than pretending', async () => {
    const { client } = await openStore();
    const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(client.send(new GetBucketVersioningCommand({ Bucket: 'box' }))).rejects.toMatchObject(notImplemented);
    const encrypted = new PutObjectCommand({ Bucket: 'box', Key: 'a', Body: Buffer.from('x'), ServerSideEncryption: 'aws:kms' });
    await expect(client.send(encrypted)).rejects.toMatchObject(notImplemented);
    const weak = new PutObjectCommand({ Bucket: 'box', Key: 'a', Body: Buffer.from('x'), IfNoneMatch: '"etag"' });
    await expect(client.send(weak)).rejects.toMatchObject(notImplemented);
  });

  it('makes a bucket once', async () => {
    const { client } = await openStore();
    await client.send(new CreateBucketCommand({ Bucket: 'new-bucket' }));
    await client.send(new HeadBucketCommand({ Bucket: 'new-bucket' }));
    await expect(client.send(new CreateBucketCommand({ Bucket: 'new-bucket' }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(client.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    });
  });

  it('refuses signatures for another region when it was given one', async () => {
    const { server } = await openStore({ region: 'eu-central-1' });
    const { endpoint, credentials } = server;
    // followRegionRedirects is off: the refusal comes through.
    const elsewhere = new S3Client({ endpoint, credentials, region: 'us-west-2', forcePathStyle: true, maxAttempts: 1 });
    const request = elsewhere.send(new PutObjectCommand({ Bucket: 'box', Key: 'a', Body: Buffer.from('x') }));
    await expect(request).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed', Region: 'eu-central-1' });
  });

  it('takes credentials of its own', async () => {
    const credentials = { accessKeyId: 'another', secretAccessKey: 'secret' };
    const { client, server } = await openStore({ credentials });
    expect(server.credentials).toEqual(credentials);
    await client.send(new HeadBucketCommand({ Bucket: 'box' }));
  });

  it('ends with connections open, and frees its port', async () => {
    const { server, root } = await openStore();
    await send(`${server.endpoint}/box/a`, { method: 'GET' });
    await server.close();
    await expect(send(`${server.endpoint}/box/a`, { method: 'GET' })).rejects.toThrow(/ECONN|hang up/);
    const again = await openStore({ root, port: Number(new URL(server.endpoint).port) });
    expect(again.server.endpoint).toBe(server.endpoint);
  });
});
