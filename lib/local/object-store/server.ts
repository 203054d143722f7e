import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from './answer-request.ts';
import { Buckets } from './buckets.ts';
import { serveConnection } from './connection.ts';
import type { Connection, Listener, RequestRecord } from './connection.ts';
import { countingPlan } from './faults.ts';
import type { FaultPlan } from './faults.ts';
import type { S3Operation } from './operation.ts';
import { paceAt, unlimited } from './pace.ts';
import type { ObjectStoreCredentials } from './signature.ts';

export type { RequestRecord } from './connection.ts';

export interface ObjectStoreOptions {
  /** The folder whose folders are the buckets; made when it is not there. */
  readonly root: string;
  /** Buckets that are made when they are not there. */
  readonly buckets?: readonly string[];
  /** Buckets served from folders elsewhere, which are never written to: name and folder. */
  readonly readOnly?: Readonly<Record<string, string>>;
  /** Default: access key `flotilla`, secret `flotilla-local`. */
  readonly credentials?: ObjectStoreCredentials;
  /** When given, signatures for another region are refused, as S3 does; otherwise any region is right, and `us-east-1` is told. */
  readonly region?: string;
  readonly host?: '127.0.0.1';
  readonly port?: number;
  readonly faults?: FaultPlan;
  /** Added to every request. */
  readonly latencyMs?: number;
  /** Over all bodies, both ways. */
  readonly bytesPerSecond?: number;
  readonly onRequest?: (record: RequestRecord) => void;
  /** ms since 1970. */
  readonly now?: () => number;
}

export type OperationCounts = Partial<Record<S3Operation, number>>;

export interface ObjectStoreServer {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: ObjectStoreCredentials;
  /** Requests received since the start or the last reset, failed ones included. */
  counts(): OperationCounts;
  resetCounts(): void;
  /** Replaces the plan; its counts begin anew. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Cuts every connection, waits for what was being written, and frees the port. */
  close(): Promise<void>;
}

/** Longer than a client keeps an idle connection: an end that crosses a request is a lost request. */
const KEEP_ALIVE_MS = 60_000;
const DEFAULT_CREDENTIALS = { accessKeyId: 'flotilla', secretAccessKey: 'flotilla-local' };

/** Serves a folder as an S3 endpoint on loopback: path-style, Signature V4. */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStoreServer> {
  const endpoint = openEndpoint(options);
  const counts = new Map<S3Operation, number>();
  let plan = options.faults && countingPlan(options.faults);
  const onArrival: Listener['onArrival'] = (subject) => {
    counts.set(subject.operation, (counts.get(subject.operation) ?? 0) + 1);
    return plan?.(subject);
  };
  const listener = { endpoint, onArrival, onRequest: options.onRequest ?? (() => undefined) };
  const { server, active } = createEndpointServer(listener);
  const port = await listen(server, options);
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: endpoint.region,
    credentials: endpoint.signatures.credentials,
    counts: () => Object.fromEntries(counts),
    resetCounts: () => counts.clear(),
    setFaults: (next) => void (plan = next && countingPlan(next)),
    close: () => closeServer(server, active),
  };
}

/** A server that is not listening yet, and the requests it is at work on. */
function createEndpointServer(listener: Listener): { server: Server; active: ReadonlySet<Promise<void>> } {
  const active = new Set<Promise<void>>();
  const answer = (connection: Connection): void => {
    const done = serveConnection(listener, connection).finally(() => active.delete(done));
    active.add(done);
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (incoming, response) =>
    answer({ incoming, response, waits: false }),
  );
  server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) =>
    answer({ incoming, response, waits: true }),
  );
  return { server, active };
}

function openEndpoint(options: ObjectStoreOptions): Endpoint {
  const buckets = new Buckets({ root: options.root, readOnly: options.readOnly ?? {} });
  for (const name of options.buckets ?? []) buckets.ensure(name);
  const { region } = options;
  return {
    buckets,
    region: region ?? 'us-east-1',
    signatures: {
      credentials: options.credentials ?? DEFAULT_CREDENTIALS,
      now: options.now ?? Date.now,
      ...(region === undefined ? {} : { region }),
    },
    pace: options.bytesPerSecond === undefined ? unlimited : paceAt(options.bytesPerSecond),
    latencyMs: options.latencyMs ?? 0,
  };
}

async function listen(server: Server, options: ObjectStoreOptions): Promise<number> {
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  // Rejects when the server says 'error' instead, such as a port that is taken.
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, active: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = server.listening ? once(server, 'close') : undefined;
  server.close();
  server.closeAllConnections();
  await Promise.allSettled(active);
  await closed;
}
