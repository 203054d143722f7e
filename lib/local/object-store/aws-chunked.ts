import { createHash } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { S3Error } from './s3-error.ts';
import { hmac, sameSignature, sha256Hex, signatureMismatch } from './signature.ts';
import type { Seal } from './signature.ts';

/** Signatures of the chunks of one body, each over the one before it; `undefined` where chunks are unsigned. */
export interface ChunkedOptions {
  readonly seal?: Seal;
  /** Filled with the trailing headers, names in lower case, once the body was read to its end. */
  readonly trailers: Map<string, string>;
}

const EMPTY_HASH = sha256Hex('');
/** S3 refuses bigger chunks; so a length of many digits cannot pass either. */
const MAX_CHUNK_BYTES = 5 * 1024 ** 3;

/**
 * Takes off the aws-chunked framing (Signature V4, "Transferring payload in multiple chunks"): yields the data and verifies the
 * signature of each chunk and of the trailer, each as soon as it was read whole.
 */
export async function* decodeAwsChunked(source: AsyncIterable<Buffer>, options: ChunkedOptions): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  let before = options.seal?.signature ?? '';
  for (;;) {
    const { length, signature } = parseChunkHeader(await reader.line());
    const hash = createHash('sha256');
    for await (const piece of reader.take(length)) {
      if (options.seal !== undefined) hash.update(piece);
      yield piece;
    }
    if (options.seal !== undefined) before = verifyChunk(options.seal, { before, hash: hash.digest('hex'), signature });
    if (length === 0) break;
    if ((await reader.line()) !== '') throw new S3Error('InvalidRequest', 'a chunk does not end where its header says');
  }
  await readTrailers(reader, options, before);
}

function parseChunkHeader(line: string): { length: number; signature: string } {
  const matched = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  const length = Number.parseInt(matched?.[1] ?? 'none', 16);
  if (!(length <= MAX_CHUNK_BYTES)) throw new S3Error('InvalidRequest', 'a chunk header of the aws-chunked body cannot be read');
  return { length, signature: matched?.[2] ?? '' };
}

function verifyChunk(seal: Seal, chunk: { before: string; hash: string; signature: string }): string {
  const text = ['AWS4-HMAC-SHA256-PAYLOAD', seal.date, seal.scope, chunk.before, EMPTY_HASH, chunk.hash].join('\n');
  const expected = hmac(seal.key, text).toString('hex');
  if (!sameSignature(expected, chunk.signature)) throw signatureMismatch();
  return expected;
}

async function readTrailers(reader: ByteReader, options: ChunkedOptions, before: string): Promise<void> {
  const lines: string[] = [];
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1 || lines.length > 20) throw new S3Error('InvalidRequest', 'the trailer of the aws-chunked body cannot be read');
    const name = line.slice(0, colon).trim().toLowerCase();
    options.trailers.set(name, line.slice(colon + 1).trim());
    lines.push(name);
  }
  if (options.seal !== undefined && lines.length > 0) verifyTrailer(options.seal, options.trailers, before);
}

function verifyTrailer(seal: Seal, trailers: Map<string, string>, before: string): void {
  const signature = trailers.get('x-amz-trailer-signature') ?? '';
  trailers.delete('x-amz-trailer-signature');
  const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
  const text = ['AWS4-HMAC-SHA256-TRAILER', seal.date, seal.scope, before, sha256Hex(canonical)].join('\n');
  if (!sameSignature(hmac(seal.key, text).toString('hex'), signature)) throw signatureMismatch();
}
