import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { GetObjectCommandInput, PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';

/** An endpoint that the suite may use; `bucket` exists. */
export interface S3EndpointUnderTest {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly bucket: string;
  readonly forcePathStyle: boolean;
  readonly close: () => Promise<void>;
}

/** What the tests work with: keys given by name lie below this run's own prefix. */
export interface Workbench {
  readonly bucket: string;
  readonly endpoint: string;
  readonly client: S3Client;
  readonly clientWith: (config: S3ClientConfig) => S3Client;
  readonly key: (name: string) => string;
  readonly put: (name: string, body: string | Buffer, more?: Partial<PutObjectCommandInput>) => Promise<string>;
  readonly get: (name: string, more?: Partial<GetObjectCommandInput>) => Promise<Buffer>;
  /** Names below `prefix`, in the order listed, from all pages. */
  readonly list: (prefix: string) => Promise<string[]>;
  readonly cleanUp: () => Promise<void>;
}

export function openWorkbench(under: S3EndpointUnderTest): Workbench {
  const { endpoint, region, credentials, forcePathStyle, bucket } = under;
  const clientWith = (config: S3ClientConfig): S3Client =>
    new S3Client({ endpoint, region, credentials, forcePathStyle, maxAttempts: 3, ...config });
  const client = clientWith({});
  const prefix = `flotilla-contract/${randomUUID()}/`;
  const key = (name: string): string => `${prefix}${name}`;
  // Some endpoints do not list all that they hold: what was put is deleted by name too.
  const made = new Set<string>();
  return {
    bucket,
    endpoint,
    client,
    clientWith,
    key,
    async put(name, body, more = {}) {
      made.add(key(name));
      const { ETag } = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key(name), Body: Buffer.from(body), ...more }),
      );
      return ETag ?? '';
    },
    async get(name, more = {}) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key(name), ...more }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async list(below) {
      const keys = await listKeys(client, bucket, key(below));
      return keys.map((one) => one.slice(prefix.length));
    },
    async cleanUp() {
      await abortUploads(client, bucket, prefix);
      await deleteAll(client, bucket, [...new Set([...made, ...(await listKeys(client, bucket, prefix))])]);
      client.destroy();
      await under.close();
    },
  };
}

async function listKeys(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...(page.Contents ?? []).map((one) => one.Key ?? ''));
  }
  return keys;
}

/** A first page is enough: the suite leaves few uploads behind. */
async function abortUploads(client: S3Client, bucket: string, prefix: string): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  for (const { Key, UploadId } of Uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  }
}

async function deleteAll(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 1000) {
    const Objects = keys.slice(at, at + 1000).map((Key) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}

/** How a request was refused: S3's code and the HTTP status. A request that succeeds fails the test. */
export async function refusal(request: Promise<unknown>): Promise<{ code: string; status: number | undefined }> {
  try {
    await request;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    if ($metadata === undefined) throw error;
    return { code: name, status: $metadata.httpStatusCode };
  }
  throw new Error('the request succeeded, and should have been refused');
}

/** The status alone: answers to HEAD have no code. */
export async function refusalStatus(request: Promise<unknown>): Promise<number | undefined> {
  return (await refusal(request)).status;
}

/** Bytes that no two offsets of a few MiB share a pattern in. */
export function patternBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 23;
  }
  return bytes;
}
