import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { operationOf } from './operation.ts';
import type { S3Operation } from './operation.ts';
import { S3Error } from './s3-error.ts';

/** One request as S3 understands it. `bucket` and `key` are decoded and empty where the path has none. */
export interface S3Request {
  readonly operation: S3Operation;
  readonly method: string;
  /** The path as sent, still encoded. */
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  /** Decoded, in the order sent. */
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly incoming: IncomingMessage;
}

/** What is answered: `body` is whole, or a stream of exactly `length` bytes. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | StreamedBody;
}

/** A body read from an open file: `close` is called once, whether or not `read` was. */
export interface StreamedBody {
  readonly length: number;
  read(): AsyncIterable<Buffer>;
  close(): void;
}

/** Splits a path-style URL; a path that is no percent-encoded UTF-8 is an InvalidURI. */
export function parseRequest(incoming: IncomingMessage): S3Request {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const { bucket, key } = splitPath(path);
  const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
  const method = incoming.method ?? 'GET';
  const { headers } = incoming;
  const operation = operationOf({ method, bucket, key, query, copySource: headers['x-amz-copy-source'] !== undefined });
  return { operation, method, path, bucket, key, query, headers, incoming };
}

function splitPath(path: string): { bucket: string; key: string } {
  const slash = path.indexOf('/', 1);
  if (slash < 0) return { bucket: decode(path.slice(1)), key: '' };
  return { bucket: decode(path.slice(1, slash)), key: decode(path.slice(slash + 1)) };
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    query.set(decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return query;
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', `Couldn't parse the specified URI: ${text}`);
  }
}

/** A header's one value; repeated headers are joined as HTTP says. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** An integer of the query within [0, highest]; `fallback` when it was not sent. */
export function countParameter(request: S3Request, name: string, fallback: number): number {
  const text = request.query.get(name);
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 2_147_483_647) {
    throw new S3Error('InvalidArgument', `Argument ${name} must be an integer between 0 and 2147483647`, {
      ArgumentName: name,
      ArgumentValue: text,
    });
  }
  return value;
}
