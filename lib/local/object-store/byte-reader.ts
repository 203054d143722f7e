import { S3Error } from './s3-error.ts';

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024;

/** Reads lines and spans of bytes out of a stream of buffers. */
export class ByteReader {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    let end = this.rest.indexOf(NEWLINE);
    while (end < 0) {
      if (this.rest.length > MAX_LINE_BYTES) throw new S3Error('InvalidRequest', 'a chunk header or trailer is too long');
      this.rest = Buffer.concat([this.rest, await this.more()]);
      end = this.rest.indexOf(NEWLINE);
    }
    const line = this.rest.toString('latin1', 0, end);
    this.rest = this.rest.subarray(end + 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** Exactly `length` bytes, in pieces as they come. */
  async *take(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.rest.length === 0) this.rest = await this.more();
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  private async more(): Promise<Buffer> {
    const next = await this.source.next();
    if (next.done === true) {
      throw new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
    }
    return next.value;
  }
}
