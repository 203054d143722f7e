import { createHash } from 'node:crypto';
import { closeSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { StreamedBody } from './request.ts';

const readAt = promisify(read);

const PIECE_BYTES = 1024 * 1024;
/** Up to here one synchronous read is quicker than a trip through the thread pool. */
const SYNC_BYTES = 128 * 1024;

/** Bytes of an open file: `offset` from its start, `length` of them. */
export interface FileSpan {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
}

/** The span in pieces of up to 1 MiB, each a buffer of its own. A file that ends early is an error. */
export async function* readSpan(span: FileSpan): AsyncGenerator<Buffer> {
  for (let done = 0; done < span.length;) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, span.length - done));
    const got = await readPiece(span.fd, piece, span.offset + done);
    if (got === 0) throw new Error(`the file ended ${String(span.length - done)} bytes early: something else changed it`);
    done += got;
    yield piece.subarray(0, got);
  }
}

async function readPiece(fd: number, piece: Buffer, offset: number): Promise<number> {
  if (piece.length <= SYNC_BYTES) return readSync(fd, piece, 0, piece.length, offset);
  const { bytesRead } = await readAt(fd, piece, 0, piece.length, offset);
  return bytesRead;
}

/** MD5 of the first `length` bytes, in hex. */
export async function hashFile(fd: number, length: number): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of readSpan({ fd, offset: 0, length })) hash.update(piece);
  return hash.digest('hex');
}

/** The span as a body that closes its file. */
export function spanBody(span: FileSpan): StreamedBody {
  return { length: span.length, read: () => readSpan(span), close: () => closeSync(span.fd) };
}
