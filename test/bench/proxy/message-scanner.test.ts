import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framingOf, MessageScanner } from '../../../bench/proxy/message-scanner.ts';

const MESSAGES = [
  'PUT /b/a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello\r\n\r\nhi',
  'GET /b/a HTTP/1.1\r\nHost: x\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
];
const STREAM = Buffer.from(MESSAGES.join(''));

function scan(pieces: readonly Buffer[]) {
  const heads: string[] = [];
  const ends: number[] = [];
  const passed: Buffer[] = [];
  const scanner = new MessageScanner({
    head: (text) => {
      heads.push(text.slice(0, text.indexOf('\r\n')));
      return framingOf(text);
    },
    bytes: (piece) => passed.push(Buffer.from(piece)),
    end: (bytes) => ends.push(bytes),
  });
  for (const piece of pieces) scanner.push(piece);
  return { heads, ends, passed: Buffer.concat(passed).toString() };
}

describe('MessageScanner', () => {
  it('finds the same messages however the stream is cut, and passes every byte on', () => {
    const whole = scan([STREAM]);
    expect(whole.ends).toEqual([11, 0, 15, 0]);
    expect(whole.passed).toBe(STREAM.toString());
    const cuts = fc.array(fc.nat(STREAM.length), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (at) => {
        const places = [0, ...at.toSorted((a, b) => a - b), STREAM.length];
        const pieces = places.slice(1).map((end, index) => STREAM.subarray(places[index], end));
        expect(scan(pieces)).toEqual(whole);
      }),
    );
  });
});
