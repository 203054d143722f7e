import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type { RequestCounts } from '../../lib/datastore/object-store.ts';
import { createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import type { BucketLocation, ConnectionOptions, S3Connection, S3Datastore } from '../../lib/s3/open-datastore.ts';
import { ANY_KEYS, LOCATION } from './odd-server.ts';

/** What happens on the n-th connection (from 0) when the i-th request head (from 0) has come in on it; its body is not waited for. */
export type OnHead = (
  socket: Socket,
  at: { readonly connection: number; readonly request: number; readonly head: string },
) => void;

export interface RawStore {
  readonly store: S3Datastore;
  readonly connection: S3Connection;
  readonly counts: RequestCounts;
  /** Connections so far, and those that are open. */
  readonly sockets: { opened: number; readonly open: Set<Socket> };
}

export interface RawOptions extends ConnectionOptions {
  readonly tls?: tls.TlsOptions;
  readonly location?: Partial<BucketLocation>;
}

/** The adapter in front of a server that writes bytes as a test says: for what an HTTP library would never send. */
export async function withRawStore<T>(onHead: OnHead, use: (raw: RawStore) => Promise<T>, options: RawOptions = {}): Promise<T> {
  const sockets: RawStore['sockets'] = { opened: 0, open: new Set() };
  const serve = (socket: Socket): void => readHeads(socket, sockets.opened++, onHead);
  const server = options.tls === undefined ? net.createServer(serve) : tls.createServer(options.tls, serve);
  server.on('connection', (socket: Socket) => {
    sockets.open.add(socket);
    socket.on('close', () => sockets.open.delete(socket)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const retry = { attempts: 1, baseDelayMs: 0, ...options.retry };
  const connection = createS3Connection({ ...LOCATION, endpoint, ...options.location }, ANY_KEYS, { ...options, retry });
  const counts = noRequests();
  try {
    return await use({ store: openDatastore(connection, counts), connection, counts, sockets });
  } finally {
    connection.close();
    for (const socket of sockets.open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Steps over bodies by looking for heads only: no test's body has an empty line. */
function readHeads(socket: Socket, connection: number, onHead: OnHead): void {
  let request = 0;
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const head = /(?:GET|HEAD|PUT) .*$/s.exec(text.slice(0, end))?.[0] ?? '';
      text = text.slice(end + 4);
      onHead(socket, { connection, request: request++, head });
    }
    if (text.length > 100_000) text = '';
  });
}

/** A whole answer of 200 with this body. */
export function ok(body = 'ok', headers = ''): string {
  return `HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}

/** A whole S3 error answer. */
export function refusal(status: number, code: string, headers = ''): string {
  const body = `<Error><Code>${code}</Code><Message>m</Message></Error>`;
  return `HTTP/1.1 ${status} No\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}
