import { createBodyReader } from './body-reader.ts';
import type { BodyReader } from './body-reader.ts';
import { ProtocolError, socketError } from './errors.ts';
import { framingOf, parseHead } from './response-head.ts';
import type { ResponseHead } from './response-head.ts';

/** One answer, whole. `keepAlive` says whether the connection can be used again. */
export interface HttpAnswer extends ResponseHead {
  readonly body: Buffer;
}

/** What an answer is read against. */
export interface Expectation {
  readonly method: string;
  /** The most bytes that the body after this head may have; throws to refuse it unread. */
  limit(head: ResponseHead): number;
}

// As node:http has it; interim answers included, so that `scratch` never runs full.
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_INTERIM_ANSWERS = 8;

/** Reads one answer out of bytes that come in pieces cut anywhere. `scratch` holds at least a head, and is used again after it. */
export class ResponseReader {
  readonly #scratch: Buffer;
  readonly #expected: Expectation;
  #start = 0;
  #filled = 0;
  #interim = 0;
  #head: ResponseHead | undefined;
  #keepAlive = false;
  #body: BodyReader | undefined;

  constructor(scratch: Buffer, expected: Expectation) {
    this.#scratch = scratch;
    this.#expected = expected;
  }

  /** Whether any byte has come. */
  get begun(): boolean {
    return this.#filled > 0;
  }

  /** The final head, as soon as it is there. */
  get head(): ResponseHead | undefined {
    return this.#head;
  }

  /** Bytes of the body so far. */
  get bodyBytes(): number {
    return this.#body?.length ?? 0;
  }

  /** Where the next bytes are to be put: never more of them than belong there. */
  next(): Buffer {
    return this.#body?.next() ?? this.#scratch.subarray(this.#filled);
  }

  /** `count` bytes were put there. True when the answer is whole. Throws a `ProtocolError`, or what `limit` throws. */
  read(count: number): boolean {
    if (this.#body !== undefined) return this.#body.read(count);
    const from = Math.max(this.#start, this.#filled - 3);
    this.#filled += count;
    return this.#readHead(from);
  }

  #readHead(from: number): boolean {
    const end = this.#scratch.subarray(0, this.#filled).indexOf('\r\n\r\n', from, 'latin1');
    if ((end === -1 ? this.#filled : end) > MAX_HEAD_BYTES) throw new ProtocolError('the head is too long');
    if (end === -1) return false;
    const head = parseHead(this.#scratch.toString('latin1', this.#start, end));
    this.#start = end + 4;
    return head.status < 200 ? this.#skip(head) : this.#beginBody(head);
  }

  /** 1xx: something that is said before the answer (RFC 9110 15.2). */
  #skip({ status }: ResponseHead): boolean {
    if (status === 101 || ++this.#interim > MAX_INTERIM_ANSWERS) throw new ProtocolError(`an unexpected answer ${status}`);
    return this.#filled > this.#start && this.#readHead(this.#start);
  }

  #beginBody(head: ResponseHead): boolean {
    this.#head = head;
    const framing = framingOf(this.#expected.method, head);
    this.#keepAlive = head.keepAlive && framing.kind !== 'close';
    this.#body = createBodyReader(framing, this.#expected.limit(head), this.#scratch);
    return this.#body.begin(this.#scratch.subarray(this.#start, this.#filled));
  }

  /** The server ended the connection: returns when that makes the answer whole, else throws what is missing. */
  end(): void {
    if (this.#body === undefined) throw socketError('ECONNRESET', 'the server ended the connection before it answered');
    this.#body.end();
  }

  /** The whole answer, after `read` returned true or `end` returned. */
  answer(): HttpAnswer {
    if (this.#head === undefined || this.#body === undefined) throw new Error('no answer yet');
    return { ...this.#head, keepAlive: this.#keepAlive, body: this.#body.bytes() };
  }
}
