import { ProtocolError } from './errors.ts';

const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 64;
const SIZE = /^([0-9a-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/** Takes the chunked transfer coding (RFC 9112 7.1) off a body that comes in pieces cut anywhere; trailers are dropped. */
export class ChunkedDecoder {
  #state: State = 'size';
  #left = 0;
  #line = '';
  #trailers = 0;

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Hands the data in `bytes` to `take`; returns how many bytes belong to the body. Throws a `ProtocolError`. */
  decode(bytes: Buffer, take: (data: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') {
      at = this.#state === 'data' ? this.#takeData(bytes, at, take) : this.#takeLine(bytes, at);
    }
    return at;
  }

  #takeData(bytes: Buffer, at: number, take: (data: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#left);
    take(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = 'data-end';
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed === -1 ? bytes.length : feed + 1;
    this.#line += bytes.toString('latin1', at, end);
    if (this.#line.length > MAX_LINE_BYTES) throw new ProtocolError('a line between chunks is too long');
    if (feed === -1) return end;
    if (!this.#line.endsWith('\r\n')) throw new ProtocolError('a line between chunks does not end in CR LF');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#state = this.#after(line);
    return end;
  }

  #after(line: string): State {
    if (this.#state === 'size') return this.#startChunk(line);
    if (line === '') return this.#state === 'data-end' ? 'size' : 'done';
    if (this.#state === 'data-end') throw new ProtocolError('a chunk is longer than it says');
    if (++this.#trailers > MAX_TRAILERS) throw new ProtocolError('too many trailers');
    return 'trailers';
  }

  #startChunk(line: string): State {
    const [, digits] = SIZE.exec(line) ?? [];
    if (digits === undefined) throw new ProtocolError('a chunk does not say its size');
    this.#left = parseInt(digits, 16);
    return this.#left === 0 ? 'trailers' : 'data';
  }
}
