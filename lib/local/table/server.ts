import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import dynalite from 'dynalite';

export interface TableServer {
  readonly port: number;
  /** Ends all connections, waits for writes under way and closes the store. */
  close(): Promise<void>;
}

export interface TableServerOptions {
  /** Folder of the LevelDB store, which one process at a time may have open; absent: in memory. */
  readonly path?: string;
  /** The access key id that requests must be signed with; the signature itself is not checked. */
  readonly accessKeyId: string;
  /** Preferred port; another one when it is taken. */
  readonly port?: number;
  /** Serves requests that are not for DynamoDB; false: none of its. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const LOOPBACK = '127.0.0.1';

/** dynalite on loopback, for those only who know the access key: the port is open to every user of the machine. */
export async function serveTable(options: TableServerOptions): Promise<TableServer> {
  const server = dynalite({ createTableMs: 0, ...(options.path === undefined ? {} : { path: options.path }) });
  guard(server, options);
  const port = await listen(server, options.port ?? 0);
  return {
    port,
    close: async () => {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      await closed;
    },
  };
}

function guard(server: Server, { accessKeyId, answer }: TableServerOptions): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!isSignedBy(request, accessKeyId)) return refuse(response);
    if (answer?.(request, response) === true) return;
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    // dynalite throws when a client goes away in the middle of a request, which would end the process.
    request.removeAllListeners('error').on('error', () => {});
  });
}

function isSignedBy(request: IncomingMessage, accessKeyId: string): boolean {
  return request.headers.authorization?.includes(`Credential=${accessKeyId}/`) === true;
}

function refuse(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: 'com.amazon.coral.service#UnrecognizedClientException', message: 'wrong access key' }));
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken || port === 0) throw error;
    return listen(server, 0);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`no port: ${String(address)}`);
  return address.port;
}
