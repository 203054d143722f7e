import type { OnReadOpts, Socket } from 'node:net';
import { isReset, ProtocolError, socketError, StaleSocketError, TruncatedError } from './errors.ts';
import { ResponseReader } from './response-reader.ts';
import type { Expectation, HttpAnswer } from './response-reader.ts';

/** One request, its head already written out. */
export interface HttpRequest extends Expectation {
  readonly head: Buffer;
  readonly body?: Buffer;
}

export interface ChannelTimeouts {
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Until the head of the answer, the upload of the body included. */
  readonly requestMs: number;
}

interface Exchange {
  readonly reader: ResponseReader;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: unknown) => void;
  uploaded: boolean;
  answered: boolean;
}

// Heads, small bodies and bodies of unknown length pass through it: the others are read straight into their own buffer.
const SCRATCH_BYTES = 64 * 1024;
// A larger body is not joined with its head: TLS would copy both into one buffer.
const MAX_JOINED_BYTES = 16 * 1024;

/** One socket to a server, and one request after the other on it. */
export class Channel {
  readonly #timeouts: ChannelTimeouts;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #exchanges = 0;
  #keptUntil = Infinity;

  /** Given to the socket when it is made: it reads into the buffers that it is handed, without events or buffers of its own. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#next(),
    callback: (count) => {
      this.#received(count);
      return true;
    },
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
      const timer = setTimeout(() => this.#fail(overdue(this.#timeouts.requestMs)), this.#timeouts.requestMs);
      const reader = new ResponseReader(this.#scratch, request);
      const exchange = { reader, timer, resolve, reject, uploaded: false, answered: false };
      this.#exchange = exchange;
      write(socket, request, (error) => (exchange.uploaded = !error));
    });
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
    return exchange === undefined || exchange.answered ? this.#scratch : exchange.reader.next();
  }

  #received(count: number): void {
    const exchange = this.#exchange;
    // Whoever speaks unasked is not believed the next answer.
    if (exchange === undefined || exchange.answered) return this.#fail(new ProtocolError('bytes came that nobody asked for'));
    try {
      if (exchange.reader.read(count)) this.#answered(exchange);
      else if (exchange.reader.head !== undefined) clearTimeout(exchange.timer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answered(exchange: Exchange): void {
    clearTimeout(exchange.timer);
    exchange.answered = true;
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

function write(socket: Socket, { head, body }: HttpRequest, onWritten: (error?: Error | null) => void): void {
  if (body === undefined || body.length === 0) return void socket.write(head, onWritten);
  const join = body.length <= MAX_JOINED_BYTES || !('encrypted' in socket);
  if (join) socket.cork();
  socket.write(head);
  socket.write(body, onWritten);
  if (join) socket.uncork();
}

function overdue(ms: number): Error {
  return socketError('ETIMEDOUT', `no answer within ${ms} ms`);
}
