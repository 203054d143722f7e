import type { OnReadOpts, Socket } from 'node:net';
import type { Pace } from '../../datastore/pace.ts';
import { isReset, ProtocolError, socketError, StaleSocketError, TruncatedError } from './errors.ts';
import { ResponseReader } from './response-reader.ts';
import type { Expectation, HttpAnswer } from './response-reader.ts';
import { hasBody, QUANTUM_BYTES, write, writePaced } from './write-request.ts';
import type { Upload } from './write-request.ts';

/** One request, its head already written out. */
export interface HttpRequest extends Expectation {
  readonly head: Buffer;
  readonly body?: Buffer;
  /** Holds for the bytes of the body, or, where there is none, of the answer's. */
  readonly pace?: Pace;
}

export interface ChannelTimeouts {
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Until the head of the answer, the upload of the body included unless it has a pace. */
  readonly requestMs: number;
}

interface Exchange {
  readonly reader: ResponseReader;
  /** Of the answer's body. */
  readonly pace: Pace | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: unknown) => void;
  uploaded: boolean;
  answered: boolean;
  /** Reads whose bytes have not been allowed yet. */
  owing: number;
}

// Heads, small bodies and bodies of unknown length pass through it: the others are read straight into their own buffer.
const SCRATCH_BYTES = 16 * 1024;
// At once, straight into a body: more would hold up the other sockets.
const MOST_READ_BYTES = 512 * 1024;

/** One socket to a server, and one request after the other on it. */
export class Channel {
  readonly #timeouts: ChannelTimeouts;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #exchanges = 0;
  #readBytes = MOST_READ_BYTES;
  #keptUntil = Infinity;

  /** Given to the socket when it is made: it reads into the buffers that it is handed, without events or buffers of its own. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#next(),
    callback: (count) => this.#received(count),
  };

  constructor(timeouts: ChannelTimeouts) {
    this.#timeouts = timeouts;
  }

  /** Takes over a connected socket that was made with `onread`. `onGone` is called once it is closed. */
  attach(socket: Socket, onGone: () => void): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('timeout', () => this.#fail(socketError('ETIMEDOUT', `nothing was heard for ${this.#timeouts.idleMs} ms`)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#ended());
    socket.on('close', () => {
      this.#ended();
      onGone();
    });
  }

  /** Sends one request. The channel can be used again when the answer says so and `isOpen`. */
  send(request: HttpRequest): Promise<HttpAnswer> {
    const socket = this.#socket;
    if (socket === undefined || this.#exchange !== undefined) throw new Error('the channel is not free');
    this.#exchanges++;
    socket.setTimeout(this.#timeouts.idleMs);
    return new Promise((resolve, reject) => {
      const reader = new ResponseReader(this.#scratch, request);
      const state = { timer: undefined, uploaded: false, answered: false, owing: 0 };
      const exchange: Exchange = { reader, pace: hasBody(request) ? undefined : request.pace, resolve, reject, ...state };
      this.#exchange = exchange;
      if (request.pace !== undefined && hasBody(request)) return void this.#upload(socket, request, request.pace, exchange);
      // From now on: what a socket reads next is settled when it has read.
      if (request.pace !== undefined) this.#readBytes = QUANTUM_BYTES;
      this.#expectAnswer(exchange);
      write(socket, request, (error) => (exchange.uploaded = !error));
    });
  }

  async #upload(socket: Socket, upload: Upload, pace: Pace, exchange: Exchange): Promise<void> {
    const isOver = (): boolean => this.#exchange !== exchange || exchange.answered;
    const waits = (waiting: boolean): void => void socket.setTimeout(waiting ? 0 : this.#timeouts.idleMs);
    try {
      exchange.uploaded = await writePaced(socket, upload, { pace, isOver, waits });
      if (!isOver()) this.#expectAnswer(exchange);
    } catch (error) {
      if (!isOver()) this.#fail(error);
    }
  }

  #expectAnswer(exchange: Exchange): void {
    exchange.timer = setTimeout(() => this.#fail(overdue(this.#timeouts.requestMs)), this.#timeouts.requestMs);
  }

  /** Keeps the idle socket for `ms`; it does not keep the process. */
  keep(ms: number): void {
    this.#keptUntil = Date.now() + ms;
    this.#socket?.setTimeout(ms).unref();
  }

  /** Whether a kept socket can still be used; by the clock too, since a frozen process hears of no end. */
  revive(): boolean {
    if (!this.isOpen || Date.now() > this.#keptUntil) return false;
    this.#socket?.ref();
    return true;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 'open';
  }

  destroy(): void {
    this.#fail(socketError('ECONNRESET', 'the connection was closed'));
  }

  #next(): Buffer {
    const exchange = this.#exchange;
    const buffer = exchange === undefined || exchange.answered ? this.#scratch : exchange.reader.next();
    return buffer.length > this.#readBytes ? buffer.subarray(0, this.#readBytes) : buffer;
  }

  /** Whether to read on at once. */
  #received(count: number): boolean {
    const exchange = this.#exchange;
    // Whoever speaks unasked is not believed the next answer.
    if (exchange === undefined || exchange.answered) {
      this.#fail(new ProtocolError('bytes came that nobody asked for'));
      return true;
    }
    const before = exchange.reader.bodyBytes;
    try {
      const whole = exchange.reader.read(count);
      const bytes = exchange.reader.bodyBytes - before;
      if (exchange.pace !== undefined && bytes > 0) this.#owe(exchange, exchange.pace.take(bytes));
      if (whole) this.#answered(exchange);
      else if (exchange.reader.head !== undefined) clearTimeout(exchange.timer);
    } catch (error) {
      this.#fail(error);
    }
    return exchange.owing === 0;
  }

  /** Nothing more is read, and the answer is not handed out, before all that was read has been allowed. */
  #owe(exchange: Exchange, wait: Promise<void> | undefined): void {
    if (wait === undefined) return;
    exchange.owing++;
    // The server is not the one that is silent.
    this.#socket?.setTimeout(0);
    wait.then(
      () => this.#pay(exchange),
      (error: unknown) => this.#refuse(exchange, error),
    );
  }

  #pay(exchange: Exchange): void {
    if (--exchange.owing > 0 || this.#exchange !== exchange) return;
    this.#socket?.setTimeout(this.#timeouts.idleMs);
    this.#socket?.resume();
    if (exchange.answered) this.#finish(exchange);
  }

  #refuse(exchange: Exchange, error: unknown): void {
    if (this.#exchange !== exchange) return;
    exchange.answered = false;
    this.#fail(error);
  }

  #answered(exchange: Exchange): void {
    clearTimeout(exchange.timer);
    exchange.answered = true;
    if (exchange.owing > 0) return;
    if (exchange.uploaded) return this.#finish(exchange);
    // TLS tells that the last bytes were written a moment after they were.
    setImmediate(() => this.#finish(exchange));
  }

  #finish(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    const answer = exchange.reader.answer();
    // What a refused upload has not sent yet would be taken for the next request.
    if (!exchange.uploaded || !answer.keepAlive) this.#socket?.destroy();
    if (exchange.uploaded || answer.status >= 300) return exchange.resolve(answer);
    exchange.reject(new ProtocolError('an upload was answered before it was sent'));
  }

  #ended(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.answered) return;
    try {
      exchange.reader.end();
      this.#answered(exchange);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#socket?.destroy();
    if (exchange === undefined) return;
    // A server that refuses an upload may cut it off too: its answer says why.
    if (exchange.answered) return this.#finish(exchange);
    this.#exchange = undefined;
    clearTimeout(exchange.timer);
    exchange.reject(isReset(error) ? this.#explainReset(exchange, error) : error);
  }

  /** What the end of the connection means depends on how far the answer had come. */
  #explainReset({ reader }: Exchange, cause: unknown): unknown {
    if (reader.head !== undefined) return new TruncatedError('the connection was lost in the middle of the body', { cause });
    if (reader.begun || this.#exchanges === 1) return cause;
    return new StaleSocketError('the server had closed the connection', { cause });
  }
}

function overdue(ms: number): Error {
  return socketError('ETIMEDOUT', `no answer within ${ms} ms`);
}
