import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { SCRIPT_TEXT, STYLE_TEXT } from '../page/shell.ts';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const source = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

/** Only what the page itself holds is done: its one style sheet, its one script, and requests to where it came from. */
export const PAGE_POLICY = [
  `default-src 'none'`,
  `style-src ${source(STYLE_TEXT)}`,
  `script-src ${source(SCRIPT_TEXT)}`,
  `img-src data:`,
  `connect-src 'self'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** A report is a page of its own, made by an earlier Flotilla maybe: it may show itself and sort its table, and reach nothing. */
export const REPORT_POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  `script-src 'unsafe-inline'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
  `sandbox allow-scripts`,
].join('; ');

/** Every answer has them. With Referrer-Policy no-referrer a browser would not say where a form came from. */
const SAFE: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

export const htmlAnswer = (body: string | Buffer, status = 200): Answer => ({ status, type: 'text/html; charset=utf-8', body });

export function textAnswer(status: number, text: string, headers: Answer['headers'] = {}): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

/** Says where to look, so that a page that is loaded again sends no form again. */
export function seeOther(path: string): Answer {
  return textAnswer(303, `see ${path}`, { location: path });
}

/** Below this compression gains nothing. */
const COMPRESS_FROM = 2048;

export interface SendOptions {
  readonly isHead: boolean;
  /** What the request accepts and knows already. */
  readonly encodings: string;
  readonly knownTag: string | undefined;
}

/** `etag` is of the body before it is compressed. */
export function send(response: ServerResponse, answer: Answer, { isHead, encodings, knownTag }: SendOptions): void {
  const body = Buffer.from(answer.body);
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
  const headers = { ...SAFE, ...answer.headers, ...(answer.status === 200 && { etag }) };
  if (answer.status === 200 && knownTag === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const isPacked = body.length >= COMPRESS_FROM && /\bgzip\b/.test(encodings);
  const sent = isPacked ? gzipSync(body, { level: 5 }) : body;
  response.writeHead(answer.status, {
    ...headers,
    ...{ 'content-type': answer.type, 'content-length': String(sent.length), vary: 'accept-encoding' },
    ...(isPacked && { 'content-encoding': 'gzip' }),
  });
  response.end(isHead ? undefined : sent);
}
