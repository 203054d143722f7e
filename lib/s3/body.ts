import type { Readable } from 'node:stream';

/** The body of an answer is shorter or longer than its head declared: the request is sent again. */
export class TruncatedError extends Error {
  readonly code = 'ResponseTruncated';
}

/**
 * The whole body in one buffer that is allocated once. Listens instead of iterating: an async iterator over 64 KiB pieces costs more
 * than the copy.
 */
export function collectBody(body: Readable, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      body.destroy();
      reject(error);
    };
    body.on('data', (piece: Buffer) => {
      if (filled + piece.length > length) return fail(new TruncatedError(`more than the ${length} bytes that were declared`));
      filled += piece.copy(bytes, filled);
    });
    body.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ECONNRESET' ? new TruncatedError(`${filled} of ${length} bytes`, { cause: error }) : error),
    );
    body.once('close', () => fail(new TruncatedError(`${filled} of ${length} bytes`)));
    body.once('end', () => {
      if (filled === length) return resolve(bytes);
      fail(new TruncatedError(`${filled} of ${length} bytes`));
    });
  });
}
