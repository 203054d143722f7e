import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type { RequestCounts } from '../../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import type { BucketLocation, ConnectionOptions, S3Datastore } from '../../lib/s3/open-datastore.ts';

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How the n-th request (from 0) is answered. */
export type Answering = (response: http.ServerResponse, seen: Seen, n: number) => void;

export interface OddServer {
  readonly endpoint: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** A server on loopback that answers as a test says: for the answers that a well-behaved store never gives. */
export async function startOddServer(answer: Answering, tls?: https.ServerOptions): Promise<OddServer> {
  const seen: Seen[] = [];
  const listener: http.RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const each = { method, url, headers, body: Buffer.concat(pieces) };
      answer(response, each, seen.push(each) - 1);
    });
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Keys for a server that does not check them. */
export const ANY_KEYS = { ANY_ACCESS_KEY_ID: 'AKIDANY', ANY_SECRET_ACCESS_KEY: 'secret' };

export interface OddStore extends OddServer {
  readonly store: S3Datastore;
  readonly counts: RequestCounts;
}

export interface OddOptions extends ConnectionOptions {
  readonly tls?: https.ServerOptions;
  readonly location?: Partial<BucketLocation>;
}

/** The adapter in front of a server that answers as a test says; it does not wait between attempts. */
export async function openOddStore(answer: Answering, options: OddOptions = {}): Promise<OddStore> {
  const server = await startOddServer(answer, options.tls);
  const { endpoint } = server;
  const location = { ...LOCATION, endpoint, ...options.location };
  const connection = createS3Connection(location, ANY_KEYS, {
    ...options,
    retry: { attempts: 3, baseDelayMs: 0, ...options.retry },
  });
  const counts = noRequests();
  return {
    ...server,
    counts,
    store: openDatastore(connection, counts),
    close: () => {
      connection.close();
      return server.close();
    },
  };
}

/** A datastore of S3 itself, by the default chain. */
export const PLACE: BucketLocation = { id: 'main', bucket: 'bucket', prefix: 'store', region: 'eu-central-1', pathStyle: true };

export const LOCATION: BucketLocation = { ...PLACE, credentials: 'env:ANY' };

/** A whole answer. */
export function reply(response: http.ServerResponse, status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): void {
  response.writeHead(status, headers).end(body);
}

/** An S3 error answer. */
export function s3Error(response: http.ServerResponse, status: number, code: string, more = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>said ${code}</Message>${more}</Error>`);
}

/** A page of a listing, as XML. */
export function listingPage(keys: readonly string[], more = '<IsTruncated>false</IsTruncated>'): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag></Contents>`).join('');
  return `<?xml version="1.0"?><ListBucketResult><KeyCount>${keys.length}</KeyCount>${more}${contents}</ListBucketResult>`;
}
