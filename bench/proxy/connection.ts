import { connect, type Socket } from 'node:net';
import type { FaultDice } from './fault-dice.ts';
import { openFlow, type Flow } from './flow.ts';
import type { Link } from './link.ts';
import { framingOf, MessageScanner, type MessageHead } from './message-scanner.ts';
import { readRequest, type S3Request } from './request-kind.ts';
import type { ProxyTally } from './tally.ts';

export interface ProxyWorld {
  readonly upstream: { readonly host: string; readonly port: number };
  /** Undefined: bytes go on as they come. */
  readonly up: Link | undefined;
  readonly down: Link | undefined;
  readonly dice: FaultDice;
  readonly tally: () => ProxyTally;
}

/** A request that was forwarded and is not answered yet; its answer is cut after this share of its body. */
interface Asked extends S3Request {
  readonly cutShare: number | undefined;
}

const SLOW_DOWN =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>';
const refusal = (connection: 'keep-alive' | 'close'): Buffer =>
  Buffer.from(
    `HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: ${connection}\r\nContent-Length: ${SLOW_DOWN.length}\r\n\r\n${SLOW_DOWN}`,
  );

/** Stands between one client and the server: counts what passes, and refuses or cuts what the dice say. */
export class ProxiedConnection {
  readonly #world: ProxyWorld;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #asked: Asked[] = [];
  readonly #requests: Flow;
  readonly #answers: Flow;

  constructor(client: Socket, world: ProxyWorld) {
    this.#world = world;
    this.#client = client.setNoDelay(true);
    this.#server = connect({ ...world.upstream, noDelay: true });
    const requests = this.#scanRequests();
    const answers = this.#scanAnswers();
    this.#requests = openFlow(client, this.#server, world.up, (piece) => this.#take(requests, piece));
    this.#answers = openFlow(this.#server, client, world.down, (piece) => this.#take(answers, piece));
  }

  #take(scanner: MessageScanner, piece: Buffer): void {
    try {
      scanner.push(piece);
    } catch {
      // What is no HTTP is not passed on.
      this.#close();
    }
  }

  #close(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #cut(): void {
    this.#world.tally().cut += 1;
    this.#close();
  }

  #scanRequests(): MessageScanner {
    let current: S3Request | undefined;
    let isRefused = false;
    let [length, left] = [0, Infinity];
    return new MessageScanner({
      head: (text) => {
        const framing = framingOf(text);
        const fate = this.#world.dice.throw();
        [length, left] = [0, Infinity];
        current = readRequest(text);
        this.#world.tally().asked(current);
        isRefused = fate.kind === 'refuse';
        if (isRefused) this.#refuse(text);
        else if (fate.kind === 'cut' && framing.kind === 'length') left = text.length + fate.share * framing.bytes;
        if (!isRefused) this.#asked.push({ ...current, cutShare: fate.kind === 'cut' ? fate.share : undefined });
        return framing;
      },
      bytes: (piece) => {
        if (!isRefused) this.#requests.forward(piece);
        [length, left] = [length + piece.length, left - piece.length];
        if (left > 0 || current === undefined) return;
        this.#world.tally().sent(current, length);
        this.#cut();
      },
      end: (bodyBytes) => {
        if (current === undefined) return;
        this.#world.tally().sent(current, bodyBytes);
        if (isRefused) this.#answers.forward(refusal('keep-alive'));
      },
    });
  }

  /** Who waits to be told to go on may never send the body: that connection ends. Others are answered when it has come. */
  #refuse(text: string): void {
    this.#world.tally().refused += 1;
    if (!/\r\nexpect: *100-continue/i.test(text)) return;
    this.#answers.forward(refusal('close'));
    this.#client.end();
  }

  #scanAnswers(): MessageScanner {
    let status = 0;
    let [length, left] = [0, Infinity];
    return new MessageScanner({
      head: (text) => {
        status = Number(text.slice(9, 12));
        const framing = answerFraming(text, status, this.#asked[0]);
        const cutShare = this.#asked[0]?.cutShare;
        [length, left] = [0, cutShare === undefined ? Infinity : text.length + cutShare * bytesOf(framing)];
        return framing;
      },
      bytes: (piece) => {
        this.#answers.forward(piece);
        [length, left] = [length + piece.length, left - piece.length];
        if (left > 0) return;
        if (this.#asked[0] !== undefined) this.#world.tally().answered(this.#asked[0], length);
        this.#cut();
      },
      end: (bodyBytes) => {
        if (status >= 200) this.#answered(status, bodyBytes);
      },
    });
  }

  #answered(status: number, bodyBytes: number): void {
    const request = this.#asked.shift();
    if (request === undefined || status >= 300) return;
    this.#world.tally().succeeded(request, performance.now());
    this.#world.tally().answered(request, bodyBytes);
  }
}

function bytesOf(framing: MessageHead['body']): number {
  return framing.kind === 'length' ? framing.bytes : 0;
}

/** Answers to a HEAD, and those of some states, have no body whatever their head says. */
function answerFraming(text: string, status: number, request: S3Request | undefined): MessageHead['body'] {
  const isBare = status < 200 || status === 204 || status === 304 || request?.method === 'HEAD';
  return isBare ? { kind: 'none' } : framingOf(text);
}
