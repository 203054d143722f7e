import { createHash, hash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isAws, isEncrypted } from './place.ts';
import type { BucketLocation } from './place.ts';
import type { Agents } from './tls.ts';

export interface Timeouts {
  /** Until a socket is connected, TLS included. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Until the head of the answer, the upload of the body included. */
  readonly requestMs: number;
}

/** The SDK's client with its costly parts off: its own retries, flexible checksums, 100-continue and a second hash of each body. */
export function createClient(
  location: BucketLocation,
  agents: Agents,
  timeouts: Timeouts,
  credentials: S3ClientConfig['credentials'],
): S3Client {
  const client = new S3Client({
    region: location.region,
    forcePathStyle: location.pathStyle,
    defaultsMode: 'standard',
    maxAttempts: 1,
    retryMode: 'standard',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // An endpoint that ignores it costs a second a PUT.
    expectContinueHeader: false,
    useArnRegion: false,
    requestHandler: new NodeHttpHandler({
      ...agents,
      connectionTimeout: timeouts.connectMs,
      socketTimeout: timeouts.idleMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
    }),
    ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  signPayloads(client, isEncrypted(location));
  if (!isAws(location)) addBulkMd5(client);
  return client;
}

/**
 * Over TLS a body is protected by TLS, and its signature says UNSIGNED-PAYLOAD. Over plain HTTP the signature carries the SHA-256
 * of the body, which every S3 server checks: so an upload that was damaged on the way is refused either way.
 */
function signPayloads(client: S3Client, encrypted: boolean): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body?: unknown; headers?: Record<string, string> };
      if (Buffer.isBuffer(request.body) && request.headers !== undefined) {
        request.headers['x-amz-content-sha256'] = encrypted ? 'UNSIGNED-PAYLOAD' : hash('sha256', request.body, 'hex');
      }
      return next(args);
    },
    { step: 'build', name: 'payloadSignature', priority: 'low' },
  );
}

/** Servers that came before the newer checksums demand an MD5 of a bulk deletion; they ignore the SDK's CRC-32. */
function addBulkMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { body?: unknown; headers?: Record<string, string> };
      if (context.commandName === 'DeleteObjectsCommand' && typeof request.body === 'string' && request.headers !== undefined) {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      }
      return next(args);
    },
    { step: 'build', name: 'bulkMd5', priority: 'low' },
  );
}
