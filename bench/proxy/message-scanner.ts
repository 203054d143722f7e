/** What the head of an HTTP message says of what follows it. */
export interface MessageHead {
  /** `none`: no body; otherwise bytes that were declared, or a chunked body. */
  readonly body: { readonly kind: 'none' } | { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' };
}

export interface ScannerEvents {
  /** A head is complete; what is answered is how its body is framed. */
  head(text: string): MessageHead['body'];
  /** Bytes of the current message, in order, its head included. */
  bytes(piece: Buffer): void;
  /** The current message is complete; `bodyBytes` as they were framed. */
  end(bodyBytes: number): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const MAX_HEAD_BYTES = 64 * 1024;

type State = 'head' | 'length' | 'chunk-size' | 'chunk' | 'trailer';

/** Cuts a stream of HTTP/1.1 messages in one direction into messages, without holding or copying bodies. */
export class MessageScanner {
  readonly #events: ScannerEvents;
  #state: State = 'head';
  /** The beginning of a head or of a line that is not complete. */
  #held: Buffer = Buffer.alloc(0);
  #left = 0;
  #bodyBytes = 0;

  constructor(events: ScannerEvents) {
    this.#events = events;
  }

  push(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) rest = this.#isInBody() ? this.#body(rest) : this.#text(rest);
  }

  #isInBody(): boolean {
    return this.#state === 'length' || this.#state === 'chunk';
  }

  #body(piece: Buffer): Buffer {
    const part = piece.length <= this.#left ? piece : piece.subarray(0, this.#left);
    this.#left -= part.length;
    this.#bodyBytes += part.length;
    this.#events.bytes(part);
    if (this.#left === 0 && this.#state === 'length') this.#end();
    else if (this.#left === 0) this.#state = 'chunk-size';
    return piece.subarray(part.length);
  }

  /** Heads and the lines between chunks, held until they are complete. */
  #text(piece: Buffer): Buffer {
    const all = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    const mark = this.#state === 'head' ? HEAD_END : LINE_END;
    const at = all.indexOf(mark);
    if (at < 0) {
      if (all.length > MAX_HEAD_BYTES) throw new Error('a head that does not end');
      this.#held = Buffer.from(all);
      return piece.subarray(piece.length);
    }
    this.#held = Buffer.alloc(0);
    const text = all.subarray(0, at + mark.length);
    if (this.#state === 'head') this.#head(text);
    else this.#line(text);
    return all.subarray(text.length);
  }

  #head(bytes: Buffer): void {
    this.#bodyBytes = 0;
    const body = this.#events.head(bytes.toString('latin1'));
    this.#events.bytes(bytes);
    if (body.kind === 'chunked') this.#state = 'chunk-size';
    else if (body.kind === 'none' || body.bytes === 0) this.#end();
    else [this.#state, this.#left] = ['length', body.bytes];
  }

  #line(bytes: Buffer): void {
    this.#events.bytes(bytes);
    if (this.#state === 'trailer') {
      if (bytes.length === LINE_END.length) this.#end();
      return;
    }
    // The line end behind a chunk's bytes counts as an empty line before the next size.
    if (bytes.length === LINE_END.length) return;
    const size = Number.parseInt(bytes.toString('latin1'), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    if (size === 0) this.#state = 'trailer';
    else [this.#state, this.#left] = ['chunk', size];
  }

  #end(): void {
    this.#state = 'head';
    this.#events.end(this.#bodyBytes);
  }
}

/** How a message's body is framed, as its head says (RFC 9112, section 6.3). */
export function framingOf(text: string): MessageHead['body'] {
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(text)) return { kind: 'chunked' };
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return length === undefined ? { kind: 'none' } : { kind: 'length', bytes: Number(length) };
}
