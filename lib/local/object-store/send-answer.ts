import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { Pace } from './pace.ts';
import { paceAt } from './pace.ts';
import type { S3Answer, StreamedBody } from './request.ts';

export interface SendOptions {
  readonly pace: Pace;
  readonly fault?: Fault | undefined;
}

/** Sends the head and, unless the request was a HEAD, the body; returns the bytes of body sent. */
export async function sendAnswer(response: ServerResponse, answer: S3Answer, options: SendOptions): Promise<number> {
  const body = toStreamed(answer.body);
  try {
    if (options.fault?.kind === 'stall' && options.fault.bytes === undefined) return await stall(response);
    response.writeHead(answer.status, headersOf(response, answer, body));
    if (response.req.method === 'HEAD' || body === undefined) {
      response.end();
      return 0;
    }
    return await sendBody(response, body, options);
  } finally {
    body?.close();
  }
}

function headersOf(response: ServerResponse, answer: S3Answer, body: StreamedBody | undefined): Record<string, string> {
  const headers = { ...answer.headers };
  if (body !== undefined) headers['content-length'] = String(body.length);
  else if (response.req.method !== 'HEAD' && answer.status !== 204 && answer.status !== 304) headers['content-length'] = '0';
  return headers;
}

function toStreamed(body: S3Answer['body']): StreamedBody | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'object' && 'read' in body) return body;
  const bytes = Buffer.from(body);
  async function* whole(): AsyncGenerator<Buffer> {
    yield bytes;
  }
  return { length: bytes.length, read: whole, close: () => undefined };
}

async function sendBody(response: ServerResponse, body: StreamedBody, options: SendOptions): Promise<number> {
  let sent = 0;
  for await (const piece of faulty(body, options.fault)) {
    if (piece === 'cut') {
      // What was written goes out before the connection ends.
      response.socket?.end(() => response.destroy());
      return sent;
    }
    if (piece === 'stall') return await stall(response);
    const wait = options.pace(piece.length);
    if (wait !== undefined) await wait;
    if (response.destroyed) return sent;
    sent += piece.length;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
  return sent;
}

async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  done.abort();
}

async function stall(response: ServerResponse): Promise<0> {
  if (!response.destroyed) await once(response, 'close');
  return 0;
}

type Piece = Buffer | 'cut' | 'stall';

function faulty(body: StreamedBody, fault: Fault | undefined): AsyncIterable<Piece> {
  switch (fault?.kind) {
    case 'truncate':
      return upTo(body, fault.bytes, 'cut');
    case 'stall':
      return upTo(body, fault.bytes ?? 0, 'stall');
    case 'slow':
      return slowly(body, fault.bytesPerSecond);
    case 'corrupt':
      return corrupted(body, fault.offset ?? Math.floor(body.length / 2));
    default:
      return body.read();
  }
}

async function* upTo(body: StreamedBody, bytes: number, then: 'cut' | 'stall'): AsyncGenerator<Piece> {
  let left = bytes;
  for await (const piece of body.read()) {
    if (left > 0) yield piece.subarray(0, left);
    left -= piece.length;
    if (left < 0) break;
  }
  if (bytes < body.length) yield then;
}

async function* slowly(body: StreamedBody, bytesPerSecond: number): AsyncGenerator<Piece> {
  const pace = paceAt(bytesPerSecond);
  const step = Math.max(1, Math.ceil(bytesPerSecond / 20));
  for await (const piece of body.read()) {
    for (let at = 0; at < piece.length; at += step) {
      const slice = piece.subarray(at, at + step);
      await pace(slice.length);
      yield slice;
    }
  }
}

async function* corrupted(body: StreamedBody, offset: number): AsyncGenerator<Piece> {
  let at = 0;
  for await (const piece of body.read()) {
    const here = offset - at;
    at += piece.length;
    if (here < 0 || here >= piece.length) {
      yield piece;
      continue;
    }
    const damaged = Buffer.from(piece);
    damaged[here] = (damaged[here] ?? 0) ^ 1;
    yield damaged;
  }
}
