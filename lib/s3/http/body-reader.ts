import { ChunkedDecoder } from './chunked.ts';
import { ProtocolError, TruncatedError } from './errors.ts';
import type { Framing } from './response-head.ts';

/** Collects one body. `scratch` is where the bytes of a body without a known length are read to first. */
export interface BodyReader {
  /** Bytes of the body so far. */
  readonly length: number;
  /** Takes what came with the head. True when the body is whole. Throws when more than the body came. */
  begin(rest: Buffer): boolean;
  /** Where the next bytes belong. */
  next(): Buffer;
  /** `count` bytes were put there. True when the body is whole. */
  read(count: number): boolean;
  /** The server ended the connection. Returns when that is the end of the body, else throws a `TruncatedError`. */
  end(): void;
  /** The whole body. */
  bytes(): Buffer;
}

/** The reader for a body that ends as `framing` says and has at most `limit` bytes. */
export function createBodyReader(framing: Framing, limit: number, scratch: Buffer): BodyReader {
  if (framing.kind !== 'length') return piecewise(framing.kind, limit, scratch);
  if (framing.length > limit) throw tooLong(limit);
  return direct(framing.length);
}

/** Allocates once and lets the socket read straight into it: no copy, nothing to join. */
function direct(length: number): BodyReader {
  const body = Buffer.allocUnsafe(length);
  let filled = 0;
  return {
    get length() {
      return filled;
    },
    begin(rest) {
      if (rest.length > length) throw new ProtocolError(`more than the ${length} bytes that were declared`);
      filled = rest.copy(body);
      return filled === length;
    },
    next: () => body.subarray(filled),
    read: (count) => (filled += count) === length,
    end() {
      throw new TruncatedError(`${filled} of ${length} bytes`);
    },
    bytes: () => body,
  };
}

function piecewise(kind: 'chunked' | 'close', limit: number, scratch: Buffer): BodyReader {
  const decoder = kind === 'chunked' ? new ChunkedDecoder() : undefined;
  const pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer): void => {
    length += piece.length;
    if (length > limit) throw tooLong(limit);
    pieces.push(Buffer.from(piece));
  };
  const begin = (bytes: Buffer): boolean => {
    if (decoder === undefined) {
      take(bytes);
      return false;
    }
    if (decoder.decode(bytes, take) < bytes.length) throw new ProtocolError('more bytes after the last chunk');
    return decoder.done;
  };
  return {
    get length() {
      return length;
    },
    begin,
    next: () => scratch,
    read: (count) => begin(scratch.subarray(0, count)),
    end() {
      if (decoder !== undefined) throw new TruncatedError(`${length} bytes without the last chunk`);
    },
    bytes: () => Buffer.concat(pieces),
  };
}

function tooLong(limit: number): ProtocolError {
  return new ProtocolError(`the body is longer than ${limit} bytes`);
}
