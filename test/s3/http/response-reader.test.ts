import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from '../../../lib/s3/http/response-reader.ts';
import type { HttpAnswer } from '../../../lib/s3/http/response-reader.ts';

interface ReadOptions {
  readonly method?: string;
  readonly limit?: number;
  /** Whether the server ends the connection after the last byte. */
  readonly ended?: boolean;
}

/** Feeds pieces as a socket does, into the buffers that are asked for; what is read, or undefined while more is to come. */
function readPieces(pieces: readonly Buffer[], options: ReadOptions = {}): HttpAnswer | undefined {
  const { method = 'GET', limit = 1e6, ended = false } = options;
  const reader = new ResponseReader(Buffer.allocUnsafe(64 * 1024), { method, limit: () => limit });
  const whole = pieces.reduce((before, piece) => feed(reader, piece) || before, false);
  if (whole) return reader.answer();
  if (!ended) return undefined;
  reader.end();
  return reader.answer();
}

/** True when the answer is whole with it. */
function feed(reader: ResponseReader, piece: Buffer): boolean {
  for (let at = 0; at < piece.length;) {
    const count = piece.copy(reader.next(), 0, at);
    at += count;
    if (reader.read(count)) return at === piece.length;
  }
  return false;
}

const read = (text: string, options?: ReadOptions): HttpAnswer | undefined => readPieces([Buffer.from(text, 'latin1')], options);

describe('the head of an answer', () => {
  it('is a status and headers, their names in lower case', () => {
    expect(read('HTTP/1.1 200 OK\r\nETag:  "e" \r\nX-Two: a\r\nx-two: b\r\nContent-Length: 2\r\n\r\nok')).toMatchObject({
      status: 200,
      headers: { etag: '"e"', 'x-two': 'a, b' },
      body: Buffer.from('ok'),
      keepAlive: true,
    });
  });

  it.each([
    ['HTTP/1.1 200 OK', true],
    ['HTTP/1.1 200', true],
    ['HTTP/1.1 200 OK\r\nConnection: close', false],
    ['HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close', false],
    ['HTTP/1.0 200 OK', false],
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive', true],
  ])('%j keeps the connection: %s', (head, keepAlive) => {
    expect(read(`${head}\r\nContent-Length: 0\r\n\r\n`)).toMatchObject({ keepAlive });
  });

  it('comes after any number of 1xx within reason', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    expect(read(`${interim}${hints}HTTP/1.1 204 No Content\r\n\r\n`)).toMatchObject({ status: 204 });
    expect(() => read(interim.repeat(9))).toThrow('unexpected answer 100');
    expect(() => read('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n')).toThrow('unexpected answer 101');
  });

  it.each([
    ['HTTP/2 200\r\n\r\n', 'status line'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'status line'],
    ['HTTP/1.1 099 OK\r\n\r\n', 'status line'],
    [' HTTP/1.1 200 OK\r\n\r\n', 'status line'],
    ['\r\n\r\n', 'status line'],
    ['SSH-2.0-OpenSSH\r\n\r\n', 'status line'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'header line'],
    ['HTTP/1.1 200 OK\r\nname : space\r\n\r\n', 'header line'],
    ['HTTP/1.1 200 OK\r\nfolded: a\r\n b\r\n\r\n', 'header line'],
    ['HTTP/1.1 200 OK\r\nbare: a\nline: feed\r\n\r\n', 'header line'],
    ['HTTP/1.1 200 OK\r\nnul: \0\r\n\r\n', 'header line'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 'two different Content-Lengths'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'Content-Length'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n', 'Content-Length'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n', 'Content-Length'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 'transfer coding'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 'transfer coding'],
    [`HTTP/1.1 200 OK\r\nlong: ${'x'.repeat(17_000)}\r\n\r\n`, 'too long'],
    [`HTTP/1.1 200 OK\r\nlong: ${'x'.repeat(70_000)}`, 'too long'],
  ])('is refused: %j', (text, why) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'ProtocolError', message: expect.stringContaining(why) as string }),
    );
  });

  it('is shown in an error only in part', () => {
    expect(() => read(`${'y'.repeat(1000)}\r\n\r\n`)).toThrow(/y{80}\.\./);
  });
});

describe('the body of an answer', () => {
  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ])('is none: %s %j', (method, head) => {
    expect(read(head, { method })).toMatchObject({ body: Buffer.alloc(0), keepAlive: true });
  });

  it('goes on to the end of the connection where its length is not told', () => {
    expect(read('HTTP/1.1 200 OK\r\n\r\nall of it', { ended: true })).toMatchObject({
      body: Buffer.from('all of it'),
      keepAlive: false,
    });
  });

  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

  it('is put together from chunks; their extensions and trailers are dropped', () => {
    expect(read(`${chunked}3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nx-checksum: 1\r\n\r\n`)).toMatchObject({
      body: Buffer.from('abc0123456789'),
      keepAlive: true,
    });
  });

  it.each([
    ['\r\n', 'size'],
    ['xyz\r\n', 'size'],
    ['-1\r\n', 'size'],
    ['ffffffffffffffff\r\n', 'size'],
    ['1\nx', 'CR LF'],
    ['1\r\nxy\r\n', 'longer than it says'],
    [`1;${'x'.repeat(5000)}`, 'too long'],
    [`0\r\n${'a: b\r\n'.repeat(70)}\r\n`, 'trailers'],
    ['0\r\n\r\nHTTP/1.1 200 OK', 'after the last chunk'],
    ['5\r\nabcde\r\n', 'longer than 4 bytes', 4],
  ])('is refused in chunks %j', (body, why, limit = 1e6) => {
    expect(() => read(chunked + body, { limit })).toThrow(
      expect.objectContaining({ code: 'ProtocolError', message: expect.stringContaining(why) as string }),
    );
  });

  it('is refused before it is read when it is longer than expected', () => {
    expect(() => read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { limit: 4 })).toThrow('longer than 4 bytes');
    expect(() => read('HTTP/1.1 200 OK\r\n\r\nabcde', { limit: 4 })).toThrow('longer than 4 bytes');
  });

  it('is refused when more came than was declared', () => {
    expect(() => read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc')).toThrow('more than the 2 bytes');
    expect(() => read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab', { method: 'HEAD' })).toThrow('more than the 0 bytes');
  });
});

describe('an answer that comes in pieces', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), { maxLength: 6 });
  const interim = fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Hints\r\na: b\r\n\r\n');
  const declared = bytes.map((body) => ({
    body,
    wire: Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
  }));
  const inChunks = chunks.map((parts) => ({
    body: Buffer.concat(parts),
    wire: Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
      ...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      Buffer.from('0\r\n\r\n'),
    ]),
  }));
  const answers = fc
    .tuple(interim, fc.oneof(declared, inChunks))
    .map(([before, { body, wire }]) => ({ body, wire: Buffer.concat([Buffer.from(before), wire]) }));
  const cuts = fc.array(fc.nat(600), { maxLength: 20 });

  const cut = (wire: Buffer, at: readonly number[]): Buffer[] => {
    const places = [0, ...at.filter((each) => each < wire.length).sort((a, b) => a - b), wire.length];
    return places.slice(1).map((end, n) => wire.subarray(places[n], end));
  };

  it('is the same wherever it is cut', () => {
    fc.assert(
      fc.property(answers, cuts, ({ body, wire }, at) => {
        expect(readPieces(cut(wire, at))?.body).toEqual(body);
      }),
    );
  });

  it('is never whole before its last byte, and an error when the connection ends there', () => {
    fc.assert(
      fc.property(answers, cuts, fc.nat(), ({ wire }, at, length) => {
        const part = wire.subarray(0, length % wire.length);
        expect(readPieces(cut(part, at))).toBeUndefined();
        expect(() => readPieces(cut(part, at), { ended: true })).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(ECONNRESET|ResponseTruncated)$/) as string }),
        );
      }),
    );
  });
});
