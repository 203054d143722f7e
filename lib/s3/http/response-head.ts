import { ProtocolError } from './errors.ts';

/** Status line and headers of an answer; names in lower case, a header that came several times joined by commas (RFC 9110 5.2). */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the server keeps the connection after the body. */
  readonly keepAlive: boolean;
}

/** How the end of a body is found (RFC 9112 6.3). */
export type Framing =
  { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' } | { readonly kind: 'close' };

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;

/** Parses a head without its closing empty line (RFC 9112 4 and 5, no obsolete folding). Throws a `ProtocolError`. */
export function parseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? refuse(`the status line ${quote(statusLine)}`);
  const headers = parseHeaders(lines);
  const connection = (headers['connection'] ?? '').toLowerCase();
  const keepAlive = minor === '1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
  return { status: Number(status), headers, keepAlive };
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, written = '', value = ''] = HEADER.exec(line) ?? refuse(`the header line ${quote(line)}`);
    const name = written.toLowerCase();
    headers[name] = combine(name, headers[name], value.trim());
  }
  return headers;
}

function combine(name: string, before: string | undefined, value: string): string {
  if (before === undefined) return value;
  if (name !== 'content-length') return `${before}, ${value}`;
  return before === value ? value : refuse('two different Content-Lengths');
}

/** How the body of an answer to `method` ends. Throws a `ProtocolError` where the head says two things about it. */
export function framingOf(method: string, { status, headers }: ResponseHead): Framing {
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'length', length: 0 };
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (coding !== undefined) {
    // Two lengths are how requests and answers are smuggled past each other (RFC 9112 6.1).
    if (length !== undefined || coding.toLowerCase() !== 'chunked') refuse(`the transfer coding ${quote(coding)}`);
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'close' };
  if (!/^\d{1,15}$/.test(length)) refuse(`the Content-Length ${quote(length)}`);
  return { kind: 'length', length: Number(length) };
}

function refuse(what: string): never {
  throw new ProtocolError(`the answer is not HTTP/1.1: ${what}`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}..` : text);
}
