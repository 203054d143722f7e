import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { Staged } from './bucket.ts';
import { startChecksum } from './checksum.ts';
import type { Checksums, RunningChecksum } from './checksum.ts';
import { expectedDigests, requireChecksum } from './expected-digests.ts';
import type { ExpectedDigests } from './expected-digests.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import type { SignedPayload } from './signature.ts';
import { Spool } from './spool.ts';

/** A body that was received whole and is what its sender says it is. */
export interface ReceivedBody extends Staged {
  readonly size: number;
  /** Those that were sent, all verified. */
  readonly checksums: Checksums;
}

export interface ReceiveOptions {
  readonly payload: SignedPayload;
  readonly scratch: () => string;
  readonly maxBytes: number;
  /** Bytes up to which a body stays in memory. */
  readonly memoryBytes: number;
  /** What the body's digests are; without it, what the headers say. */
  readonly expected?: ExpectedDigests;
  /** Waits as long as these bytes take on the wire. */
  readonly pace: (bytes: number) => Promise<void> | undefined;
  /** Asks the sender for the body, when it waits to be asked. */
  readonly invite: () => void;
}

/** Receives, unframes and verifies the body of a request in one pass. */
export async function receiveBody(request: S3Request, options: ReceiveOptions): Promise<ReceivedBody> {
  const length = declaredLength(request, options);
  const expected = options.expected ?? expectedDigests(request);
  const trailers = new Map<string, string>();
  const digests = startDigests(expected, options.payload.hash);
  const spool = new Spool(options.scratch, options.memoryBytes);
  options.invite();
  try {
    for await (const piece of unframe(request, options, trailers)) {
      const wait = options.pace(piece.length);
      if (wait !== undefined) await wait;
      for (const digest of digests.values()) digest.update(piece);
      if (spool.size + piece.length > length) throw incompleteBody(length);
      await spool.add(piece);
    }
    if (spool.size !== length) throw incompleteBody(length);
    const checksums = verify({ digests, expected, trailers, payloadHash: options.payload.hash });
    return { content: await spool.finish(), size: length, etag: hexOf(digests, 'md5'), checksums };
  } catch (error) {
    await spool.discard();
    throw error;
  }
}

type Digests = ReadonlyMap<string, { update(bytes: Uint8Array): void; readonly value: () => Buffer }>;

function startDigests(expected: ExpectedDigests, payloadHash: string): Digests {
  const names = new Set(['md5' as const, ...(expected.checksum === undefined ? [] : [expected.checksum.algorithm])]);
  const all = new Map([...names].map((name) => [name as string, once(startChecksum(name))]));
  if (/^[0-9a-f]{64}$/.test(payloadHash)) {
    const hash = createHash('sha256');
    all.set('payload', once({ update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }));
  }
  return all;
}

function once(running: RunningChecksum): { update(bytes: Uint8Array): void; readonly value: () => Buffer } {
  let value: Buffer | undefined;
  return { update: (bytes) => running.update(bytes), value: () => (value ??= running.digest()) };
}

function hexOf(digests: Digests, name: string): string {
  return digests.get(name)?.value().toString('hex') ?? '';
}

function declaredLength(request: S3Request, options: ReceiveOptions): number {
  const name = isStreaming(options.payload) ? 'x-amz-decoded-content-length' : 'content-length';
  const text = header(request, name);
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const length = Number(text);
  if (length <= options.maxBytes) return length;
  throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: text,
    MaxSizeAllowed: String(options.maxBytes),
  });
}

function isStreaming(payload: SignedPayload): boolean {
  return payload.hash.startsWith('STREAMING-');
}

const STREAMING = new Map([
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { signed: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { signed: true }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { signed: true }],
]);

function unframe(request: S3Request, options: ReceiveOptions, trailers: Map<string, string>): AsyncIterable<Buffer> {
  // A refusal in the middle must not cut the connection: its answer could not be sent.
  const source = request.incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (!isStreaming(options.payload)) return source;
  const streaming = STREAMING.get(options.payload.hash);
  if (streaming === undefined)
    throw new S3Error('NotImplemented', `${options.payload.hash} is not implemented by this endpoint.`);
  return decodeAwsChunked(source, streaming.signed ? { seal: options.payload.seal, trailers } : { trailers });
}

function incompleteBody(length: number): S3Error {
  return new S3Error(
    'IncompleteBody',
    `You did not provide the number of bytes specified by the Content-Length HTTP header (${String(length)})`,
  );
}

interface Verification {
  readonly digests: Digests;
  readonly expected: ExpectedDigests;
  readonly trailers: ReadonlyMap<string, string>;
  readonly payloadHash: string;
}

function verify(verification: Verification): Checksums {
  const { digests, expected, payloadHash } = verification;
  if (digests.has('payload') && hexOf(digests, 'payload') !== payloadHash) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      {
        ClientComputedContentSHA256: payloadHash,
        S3ComputedContentSHA256: hexOf(digests, 'payload'),
      },
    );
  }
  if (expected.md5 !== undefined && digests.get('md5')?.value().toString('base64') !== expected.md5) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  return expected.checksum === undefined ? {} : verifyChecksum(expected.checksum, verification);
}

function verifyChecksum(checksum: NonNullable<ExpectedDigests['checksum']>, verification: Verification): Checksums {
  const { algorithm } = checksum;
  const value = checksum.value ?? verification.trailers.get(`x-amz-checksum-${algorithm}`);
  if (value === undefined)
    throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed');
  const computed = verification.digests.get(algorithm)?.value().toString('base64');
  if (requireChecksum(algorithm, value) !== computed) {
    throw new S3Error('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
  }
  return { [algorithm]: value };
}
